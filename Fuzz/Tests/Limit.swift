@testable import Catalogue
@testable import Contracts
@testable import FHIR
@testable import ServiceKit
@testable import TransparencyLog
@testable import attune
@testable import attune_ingestion
@testable import attune_notification
@testable import attune_portal

/// One limit of what is accepted: a row of docs/limits.md.
struct Limit {
    let what: String
    let value: String
    /// Nil for a limit of the code.
    var setting: (any SettingDeclaration)?
    /// What a sender learns.
    let answer: String
    /// The file below the repository and the words or name of the test that goes beyond the limit.
    let test: (file: String, name: String)

    init(_ what: String, _ value: String, _ answer: String, _ file: String, _ name: String) {
        (self.what, self.value, self.answer, test) = (what, value, answer, (file, name))
    }

    init(_ what: String, _ setting: some SettingDeclaration, _ answer: String, _ file: String, _ name: String) {
        self.init(what, setting.defaultText ?? "", answer, file, name)
        self.setting = setting
    }

    private static let http = "Tests/ServiceKitTests/HTTPTests.swift"
    private static let hostile = "Tests/ServiceKitTests/HostileSenderTests.swift"
    private static let rate = "Tests/ServiceKitTests/CallerRateTests.swift"
    private static let json = "Tests/ServiceKitTests/JSONReadingTests.swift"
    private static let sizes = "Fuzz/Tests/SizeLimitTests.swift"

    static let connections = [
        Limit(
            "Open connections", HTTPSettings.connectionLimit, "further ones wait for one to end", hostile,
            "Beyond the last connection clients wait until one ends"),
        Limit(
            "Requests at a time", HTTPSettings.requestLimit,
            "503 `overloaded`, `Retry-After`; not for `/live`, `/ready`, `/metrics`",
            http, "requests beyond the limit are turned away, health is not"),
        Limit(
            "Requests a second of one caller, in one process", HTTPSettings.callerRate,
            "429 `too-many-requests`, `Retry-After`", rate,
            "A caller that sends too many requests is answered 429, others and the platform are not"),
        Limit(
            "Requests of one caller at once, after a pause", HTTPSettings.callerBurst,
            "429 `too-many-requests`, `Retry-After`", rate,
            "A burst is served, then the rate, and a pause fills up again"),
        Limit(
            "Callers whose rates are kept", "\(CallerRate.mostCallers)", "those with full buckets are forgotten", rate,
            "Who sent too much is not forgotten for those who come after"),
        Limit(
            "Silence, and the time for a head", HTTPSettings.idleLimit, "the connection ends", hostile,
            "A head that comes byte by byte ends with the connection"),
        Limit(
            "Time for a body", HTTPSettings.readLimit, "the connection ends", hostile,
            "A body that comes byte by byte ends with the connection, however long each pause is"),
        Limit(
            "Time in which nothing of an answer is taken", HTTPSettings.writeLimit,
            "the connection ends, after twice this at the latest",
            hostile, "A client that takes nothing of its answer loses the connection"),
    ]

    static let requests = [
        Limit(
            "Address", bytes(AddressLimit.limit), "414 `address-too-long`", http,
            "each bad request gets its problem document"),
        Limit(
            "Head: one field", bytes(HeadRefusal.largestField), "431 `head-too-large`, the connection ends", hostile,
            "A head that is too large is answered 431, one that is none 400"),
        Limit(
            "Head: all fields", "\(bytes(HeadRefusal.largestHead)), \(HeadRefusal.mostFields) fields",
            "431 `head-too-large`, the connection ends", hostile,
            "A head that is too large is answered 431, one that is none 400"),
        Limit(
            "Access token", bytes(TokenVerifier.longestToken), "401", sizes,
            "A token that is too long is refused unread"),
        Limit(
            "Body", bytes(ServiceHTTP.defaultBodyLimit), "413 `body-too-large`", http,
            "a body above its limit is refused, by its stated length and by what comes"),
        Limit(
            "Body that is thrown away after a refusal", bytes(ConnectionRules.discardLimit), "the connection ends",
            "Tests/IngestionTests/BadInputTests.swift", "aBodyOf50MegabytesIsRefusedWithoutBeingKept"),
        Limit(
            "Batch", bytes(BatchRoute.byteLimit), "413 `body-too-large`", "Tests/IngestionTests/BadInputTests.swift",
            "aBodyOf50MegabytesIsRefusedWithoutBeingKept"),
        Limit(
            "Lines of a batch", "\(BatchRoute.lineLimit)", "413 `too-many-lines`",
            "Tests/IngestionTests/BatchRouteTests.swift",
            "tooManyLinesAreRefusedAsAWhole"),
        Limit(
            "Line of a batch", bytes(BatchLine.byteLimit), "`line-too-large` for that line", sizes,
            "A line that is too long is refused alone"),
        Limit(
            "JSON: nesting", "\(JSONLimits().depth) levels", "400 `malformed-json`", json,
            "nesting is accepted to 32 levels and no further"),
        Limit(
            "JSON: values", "\(JSONLimits().values)", "400 `malformed-json`", json,
            "more values than the limit are refused"),
        Limit(
            "JSON: a number", "\(JSONParser.longestNumber) characters, no exponent", "400 `malformed-json`", sizes,
            "A number that is too long is refused"),
        Limit(
            "Form of the portal: fields", "\(Form.mostFields)", "400", sizes, "A form with too many fields is refused"),
        Limit(
            "FHIR search: parameters", "\(FHIRQuery.parameterLimit), \(FHIRQuery.largestPage) resources a page",
            "400; a page has no more", sizes,
            "A search with too many parameters is refused, a page has a limit"),
    ]

    static let files = [
        Limit(
            "Header of a record", bytes(CloudEventsBinding.longestHeader), "the record is quarantined", sizes,
            "A header of a record that is too long is refused"),
        Limit(
            "Signed note", bytes(SignedNote.maxBytes), "not believed",
            "Tests/TransparencyLogTests/SignedNoteTests.swift",
            "A note beyond the limits is refused before its signatures are looked at"),
        Limit(
            "Questionnaire",
            "\(bytes(QuestionnaireReading.largestFile)), \(QuestionnaireReading.deepestNesting) levels", "refused",
            sizes, "A questionnaire that is too large or too deep is refused unread"),
        Limit(
            "Returned mail",
            "\(bytes(BounceIntake.sizeLimit)), \(BounceReport.depth) levels, \(MIMEEntity.limit) fields and parts each",
            "to `junk`; what is deeper is not looked at", sizes, "A returned mail is read to its limits"),
        Limit(
            "Directory", "\(bytes(DirectoryEntries.sizeLimit)), \(DirectoryEntries.countLimit) entries", "refused",
            sizes,
            "A directory with too many entries is refused"),
        Limit("Import", bytes(ImportTable.sizeLimit), "refused", sizes, "A file that is too large is not imported"),
    ]

    static func bytes(_ count: Int) -> String {
        switch count {
        case _ where count.isMultiple(of: 1 << 20): "\(count >> 20) MiB"
        case _ where count.isMultiple(of: 1 << 10): "\(count >> 10) KiB"
        default: "\(count) bytes"
        }
    }
}
