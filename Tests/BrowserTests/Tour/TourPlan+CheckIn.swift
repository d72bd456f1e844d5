import Domain
import ServiceKit
import Synchronization

@testable import PortalFixture

extension TourPlan {
    /// A check-in from its link to its end, and links that lead nowhere any more.
    var checkIn: [TourLeg] {
        let (site, fresh, offTrack) = (site, site.courses.fresh, site.courses.offTrack)
        let link = Remembered()
        let invite: @Sendable (Browser, StoredEpisode) throws -> Void = { browser, episode in
            link.path = try browser.invitation(at: site, to: episode.id).path
        }
        let stop: @Sendable (String, PortalAddress, String, [TourStop.View]?, Bool) -> TourStop = {
            name, address, rest, pictures, isFault in
            TourStop(name, address, pictures: pictures, isFault: isFault) { try $0.open(site.url(link.path + rest)) }
        }
        return [
            TourLeg(prepare: { try invite($0, fresh) }, stops: [stop("check-in", .checkIn, "", [.phone], false)]),
            TourLeg(
                prepare: { browser in
                    try browser.begin(link.path, at: site)
                }, stops: [stop("measure", .measure, "/m/attune-wellbeing", [.phone, .dark], false)]),
            TourLeg(
                prepare: { browser in
                    try browser.open(site.url(link.path + "/m/attune-wellbeing"))
                    for item in 1...5 { try browser.find("#item\(item)-3").click() }
                    try browser.find("button[name=answer]").click()
                    try browser.wait(for: "the other measure") { try browser.url.contains("attune-alliance") }
                    try browser.follow("button[name=decline]")
                }, stops: [stop("summary", .summary, "/summary", [.phone], false)]),
            TourLeg(
                prepare: { browser in
                    try browser.open(site.url(link.path + "/summary"))
                    try browser.follow("form[action$=leave] button")
                },
                stops: [
                    TourStop("thanks", .thanks, at: site.url("/check-in/thanks"), pictures: nil),
                    stop("link-used", .checkIn, "", nil, true),
                ]),
            TourLeg(
                prepare: { browser in
                    try invite(browser, fresh)
                    try site.change("update portal.invitation set ends_at = now() where used_at is null")
                }, stops: [stop("link-ended", .checkIn, "", nil, true)]),
            // A measure whose wording nobody has loaded.
            TourLeg(
                prepare: { browser in
                    try invite(browser, offTrack)
                    try browser.begin(link.path, at: site)
                }, stops: [
                    stop("measure-unworded", .measure, "/m/ors", nil, false),
                    stop("summary-unworded", .summary, "/summary", nil, false),
                ]),
        ]
    }
}

/// The way to the check-in that was made last.
private final class Remembered: Sendable {
    private let kept = Mutex("")
    var path: String {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }
}
