import Catalogue
import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Intake
import NIOCore
import ServiceKit

@testable import attune_portal

/// What browsers send to the portal.
enum FormFuzz {
    private static let words = Words(language: .german, entries: [:], logger: nil)
    private static let instruments: [Instrument] = ["phq-9@2001", "ors@2000", "srs@2002", "who-5@1998"].compactMap {
        InstrumentReference(written: $0).flatMap { CommandFuzz.catalogue.instrument($0) }
    }

    static func run(_ bytes: [UInt8]) throws(FuzzFault) {
        let form: Form
        do throws(Problem) { form = try Form(ByteBuffer(bytes: bytes)) } catch {
            try hold(error.status == .badRequest, "a form is answered \(error.status.code)")
            return
        }
        for instrument in instruments {
            let answers = MeasureAnswers(form, for: instrument)
            try hold(
                answers.hasFaults == (answers.answers == nil)
                    && (answers.answers != nil || !answers.faults.isEmpty || answers.isCommentTooLong),
                "a measure is refused without a word")
        }
        let reading = FormReading(form, words)
        try attempt(bytes) { _ = try reading.total(in: CommandFuzz.catalogue) }
        try attempt(bytes) { _ = try reading.consent(of: ParticipantID(rawValue: UUID())) }
        try attempt(bytes) { _ = try reading.session() }
        try attempt(bytes) { _ = try reading.preferences(in: CommandFuzz.catalogue) }
        try attempt(bytes) { _ = try reading.preferenceReview(by: "somebody") }
        try attempt(bytes) { _ = try ReviewForm.entry(form) }
        try attempt(bytes) { _ = try form.required("comment") }
        for (rest, value) in form.fields(beginning: "item") {
            try hold(form["item" + rest] == value, "a field is lost")
        }
        let address = URI("/?" + String(decoding: bytes, as: UTF8.self))
        try attempt(bytes) { _ = try HistoryFilter(of: address) }
        _ = EpisodeSearch(address).id
    }

    private static func attempt(_ input: [UInt8], _ body: () throws -> Void) throws(FuzzFault) {
        do { try body() } catch let fault as FieldError {
            try hold(!fault.pointer.isEmpty, "a refusal names no field")
            try Secrecy.check(fault.detail, of: input)
        } catch { throw FuzzFault("an unexpected error: \(type(of: error))") }
    }

    private static let key: PortalKey = {
        guard let key = PortalKey("\(UInt64.random(in: 0 ... .max)) and twenty characters more") else {
            fatalError("no key")
        }
        return key
    }()

    /// Nothing that was not signed here is believed; what was, is.
    static func handedOut(_ bytes: [UInt8]) throws(FuzzFault) {
        let text = String(decoding: bytes, as: UTF8.self)
        for use in [PortalKey.Use.session, .form, .link, .kiosk, .resumption, .signIn] {
            try hold(key.verified(text, for: use) == nil, "a text is believed that was not signed")
        }
        if bytes.count <= 1000 {
            let signed = key.signed(bytes, for: .session)
            try hold(key.verified(signed, for: .session) == bytes, "what was signed is not believed")
            try hold(key.verified(signed, for: .link) == nil, "what was signed for one use serves another")
        }
        try hold(InvitationSeal(key: key).invitation(in: text) == nil, "a link is believed that was not made here")
        if let code = KioskCode(text) { try hold(code.digits.utf8.count == 8, "a code without eight digits") }
        if let address = LocalAddress.checked(text) {
            try hold(
                address.hasPrefix("/") && !address.hasPrefix("//") && !address.contains("\\"),
                "an address leads elsewhere")
        }
        _ = Language(choice: text, acceptLanguage: text)
    }
}
