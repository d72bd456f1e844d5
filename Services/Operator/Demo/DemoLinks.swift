import Domain
import LocalStack
import ServiceKit

/// A way into the portal for each role, by its sign-in for demonstrations.
struct DemoLinks {
    let portal: String
    let plan: NetworkPlan

    var text: String {
        let links = links
        let width = links.map(\.role.count).max() ?? 0
        return (["The pages, a link for each role:"]
            + links.map { "  " + $0.role + String(repeating: " ", count: width - $0.role.count + 2) + $0.address })
            .joined(separator: "\n") + "\n"
    }

    private var links: [(role: String, address: String)] {
        let story = plan.sharedStory
        let site = QuarterSite.all[story.site]
        let name = site.id.text
        // In the west alerts want an answer within minutes, so that somebody who looks around meets one that is overdue.
        let busy = QuarterSite.all[2]
        return [
            ("client", address(.client, "client-demo", name, "&episode=\(story.id)&participant=\(story.people[0].id)")),
            ("clinician", address(.clinician, busy.clinicians[1], busy.id.text)),
            ("supervisor", address(.supervisor, busy.supervisor, busy.id.text)),
            ("site admin", address(.siteAdmin, "admin-\(name)", name)),
            ("network admin", address(.networkAdmin, "admin-network", "*")),
            ("auditor", address(.auditor, "auditor-1", "*")), ("operator", address(.operator, "op-demo", "*")),
        ]
    }

    private func address(_ role: Role, _ subject: String, _ site: String, _ more: String = "") -> String {
        "\(portal)/demo-sign-in?role=\(role.rawValue)&subject=\(subject)&site=\(site)\(more)"
    }
}

extension NetworkPlan {
    /// A course that shows most of what a graph can: of a couple with an expected response, who agree both to be seen side
    /// by side, the partner whom it helps.
    var sharedStory: StoryCourse {
        stories.first { story in
            guard case .couple(.apart) = story.story else { return false }
            return story.people[0].outcome == .ors && story.agrees(1) && story.closure == nil
        } ?? stories[0]
    }
}
