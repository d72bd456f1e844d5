import Catalogue
import Domain
import Logging
import ServiceKit
import TransparencyLog

/// What pages are made of and with. Every group of pages takes what it needs of these.
struct PageParts: Sendable {
    let pages: Pages
    let data: ClientData
    let cases: CaseReading
    let commands: Commands
    /// What clients wrote, for those who treat them.
    let clientWords: ClientWords
    let catalogue: @Sendable () -> Catalogue
    /// What a site wants: rules, working hours, time zone.
    let policy: @Sendable (SiteID) -> SitePolicy
    /// The wording of instruments that the site has loaded.
    let texts: TextLibrary
    /// By which the audit log is believed; nil: proofs are shown and not checked.
    let logKeys: LogKeys?
    /// Under which browsers reach the portal, without a slash at the end.
    let address: String
    let key: PortalKey
    let entry: SessionEntry
    let logger: Logger
}
