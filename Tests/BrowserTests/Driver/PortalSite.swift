import Domain
import ServiceKit
import Testing

/// A portal that a test has running.
protocol PortalSite: AnyObject, Sendable {
    func url(_ path: String) -> String
}

extension PortalSite {
    /// Signs somebody who works at sites in, and goes to a page.
    func enter(
        _ browser: Browser, as role: String, _ subject: String = "c-01", at sites: [String] = ["north"], to path: String = "/"
    ) throws {
        let query = "role=\(role)&subject=\(subject)" + sites.map { "&site=\($0)" }.joined() + "&to=\(path)"
        try browser.open(url("/demo-sign-in?\(query)"))
    }

    /// Signs a client in.
    func enter(_ browser: Browser, as client: ParticipantID, of episode: EpisodeID, to path: String = "/") throws {
        try browser.open(
            url(
                "/demo-sign-in?role=client&subject=p-1&site=north&episode=\(episode)&participant=\(client)&to=\(path)"))
    }
}

extension Browser {
    /// Makes an invitation as a clinician, and signs out again.
    /// - Returns: the link's path, and the code.
    func invitation(
        at site: any PortalSite, to episode: EpisodeID, language: String = "en"
    ) throws -> (path: String, code: String) {
        try site.enter(self, as: "clinician", to: "/episodes/\(episode)/invitations")
        try find("input[name=language][value=\(language)]").click()
        try follow("main form button")
        let link = try find("code.link").text
        let code = try find(".code strong").text
        try deleteCookies()
        let path = try #require(link.firstRange(of: "/check-in/")).lowerBound
        return (String(link[path...]), code)
    }

    /// Goes to the link of an invitation and begins.
    func begin(_ path: String, at site: any PortalSite) throws {
        try open(site.url(path))
        try follow("main form button")
    }
}
