import Domain
import ServiceKit

@testable import PortalFixture

/// A page that the tour looks at.
struct TourStop: Sendable {
    /// Of the pictures, too.
    let name: String
    let address: PortalAddress
    /// Pictures beside the one of a wide window in light colours; nil for no picture at all.
    var pictures: [View]? = []
    /// Answered with a status that browsers complain of.
    var isFault = false
    /// Its address alone leads to it.
    private(set) var isPlain = false
    let arrive: @Sendable (Browser) throws -> Void

    enum View: String, Sendable { case phone, dark }

    init(
        _ name: String, _ address: PortalAddress, pictures: [View]? = [], isFault: Bool = false,
        arrive: @escaping @Sendable (Browser) throws -> Void
    ) {
        (self.name, self.address, self.pictures, self.isFault, self.arrive) = (name, address, pictures, isFault, arrive)
    }

    /// A page that an address leads to.
    init(
        _ name: String, _ address: PortalAddress, at url: String, pictures: [View]? = [], isFault: Bool = false
    ) {
        self.init(name, address, pictures: pictures, isFault: isFault) { try $0.open(url) }
        isPlain = true
    }
}

/// Somebody, and the pages that they look at one after the other.
struct TourLeg: Sendable {
    var prepare: @Sendable (Browser) throws -> Void = { _ in }
    let stops: [TourStop]
}

/// Everybody's way through the portal.
struct TourPlan {
    let site: TourSite

    var legs: [TourLeg] {
        get throws { [nobody, clinician, supervisor, siteAdmin, networkAdmin, try auditor, `operator`, withoutRole, client] + checkIn }
    }

    private func url(_ path: String) -> String { site.url(path) }
    private func path(_ episode: StoredEpisode, _ rest: String = "") -> String { "/episodes/\(episode.id)\(rest)" }

    private func leg(
        of role: String, _ subject: String, at sites: [String] = ["north"], _ stops: [TourStop],
        prepare: @escaping @Sendable (Browser) throws -> Void = { _ in }
    ) -> TourLeg {
        let site = site
        return TourLeg(
            prepare: { browser in
                try site.enter(browser, as: role, subject, at: sites)
                try prepare(browser)
            }, stops: stops)
    }

    private var nobody: TourLeg {
        TourLeg(stops: [
            TourStop("sign-in", .signIn, at: url("/sign-in")),
            TourStop("sign-in-again", .signIn, at: url("/sign-in?to=/caseload"), pictures: nil),
            TourStop("nowhere", .nowhere, at: url("/no/such/page"), isFault: true),
            TourStop("kiosk", .kiosk, at: url("/kiosk"), pictures: [.phone]),
            TourStop("link-forged", .checkIn, at: url("/check-in/mistyped"), isFault: true),
        ])
    }

    private var clinician: TourLeg {
        let (courses, alert) = (site.courses, "/alerts/\(site.offTrack)")
        return leg(
            of: "clinician", "c-01",
            [
                TourStop("caseload", .caseload, at: url("/caseload"), pictures: [.phone, .dark]),
                TourStop("caseload-nothing", .caseload, at: url("/caseload?q=zzz"), pictures: nil),
                TourStop("alerts", .alerts, at: url("/alerts"), pictures: [.phone]),
                TourStop("alerts-closed", .alerts, at: url("/alerts?show=closed"), pictures: nil),
                TourStop("alert", .alert, at: url(alert)),
                TourStop("alert-safety", .alert, at: url("/alerts/\(site.safety)"), pictures: nil),
                TourStop("episode", .episode, at: url(path(courses.offTrack)), pictures: [.phone, .dark]),
                TourStop("episode-improving", .episode, at: url(path(courses.improving)), pictures: nil),
                TourStop("episode-depression", .episode, at: url(path(courses.depression)), pictures: nil),
                TourStop("episode-new", .episode, at: url(path(courses.fresh))),
                TourStop("couple", .episode, at: url(path(courses.couple)), pictures: nil),
                TourStop("joint", .joint, at: url(path(courses.couple, "/joint")), pictures: [.phone]),
                TourStop("session", .session, at: url(path(courses.offTrack, "/session?number=9"))),
                TourStop("session-first", .session, at: url(path(courses.fresh, "/session")), pictures: nil),
                TourStop("invite", .invitations, at: url(path(courses.fresh, "/invitations"))),
                TourStop("invited", .invitations) { [site] browser in
                    try browser.open(site.url("/episodes/\(site.courses.fresh.id)/invitations"))
                    try browser.follow("main form button")
                },
                TourStop("reflection", .reflection, at: url("/reflection")),
                TourStop("reflection-shared", .reflection) { [site] browser in
                    try browser.open(site.url("/reflection"))
                    let form = "form[action='/reflection/share'] button"
                    if try !browser.all(form).isEmpty { try browser.follow(form) }
                },
                TourStop("forbidden", .audit, at: url("/audit"), pictures: nil, isFault: true),
            ]
        ) { [site] browser in
            // A review that has begun.
            try browser.open(site.url(alert))
            for _ in 0..<3 {
                try browser.find("fieldset input").click()
                try browser.follow("form[action$=review] button")
            }
        }
    }

    private var supervisor: TourLeg {
        leg(
            of: "supervisor", "s-01",
            [
                TourStop("supervision", .supervision, at: url("/supervision")),
                TourStop("shared", .sharedReflection) { [site] browser in
                    try browser.open(site.url("/supervision"))
                    try browser.follow("a[href^='/supervision/shared/']")
                },
                TourStop("supervisors-alerts", .alerts, at: url("/alerts"), pictures: nil),
                TourStop("supervisors-episode", .episode, at: url(path(site.courses.offTrack)), pictures: nil),
            ])
    }

    private var siteAdmin: TourLeg {
        leg(
            of: "site_admin", "a-01",
            [
                TourStop("network-services", .network, at: url("/network?by=service"), pictures: nil),
                TourStop("admins-alerts", .alerts, at: url("/alerts"), pictures: nil),
            ])
    }

    private var networkAdmin: TourLeg {
        leg(
            of: "network_admin", "a-02", at: ["north", "south"],
            [
                TourStop("network", .network, at: url("/network?by=site")),
                TourStop("network-groups", .network, at: url("/network?by=group"), pictures: nil),
            ])
    }

    private var auditor: TourLeg {
        get throws {
            let (episode, event) = (site.courses.offTrack.id, try site.event(of: site.courses.offTrack))
            return leg(
                of: "auditor", "x-01",
                [
                    TourStop("audit", .audit, at: url("/audit")),
                    TourStop("audit-nothing", .audit, at: url("/audit?episode=zzz&site=north"), pictures: nil),
                    TourStop("audit-episode", .auditedEpisode, at: url("/audit/episodes/\(episode)")),
                    TourStop("audit-accesses", .auditedEpisode, at: url("/audit/episodes/\(episode)?part=access"), pictures: nil),
                    TourStop("audit-event", .auditedEvent) { [site] browser in
                        try browser.open(site.url("/audit/events/\(event)"))
                        try browser.wait(for: "the check") { try browser.find("#proof-said").attribute("data-outcome") != nil }
                    },
                ])
        }
    }

    private var `operator`: TourLeg {
        leg(of: "operator", "o-01", [TourStop("operations", .operations, at: url("/operations"))])
    }

    /// Somebody who may sign in and has no role at any site.
    private var withoutRole: TourLeg {
        leg(
            of: "clinician", "n-01", [TourStop("welcome", .welcome, at: url("/welcome"), pictures: nil)]
        ) { [site] _ in try site.change("update portal.session set roles = '{}' where subject = 'n-01'") }
    }

    private var client: TourLeg {
        let (site, couple) = (site, site.courses.couple)
        return TourLeg(
            prepare: { try site.enter($0, as: couple.rater, of: couple.id) },
            stops: [
                TourStop("my", .my, at: url("/my"), pictures: [.phone]),
                TourStop("my-joint", .myJoint, at: url("/my/joint"), pictures: nil),
                TourStop("looks", .myLooks, at: url("/my/looks")),
            ])
    }
}
