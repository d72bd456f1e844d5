import ClientText
import Directory
import Testing

@Suite struct ContactTests {
    private let old: MasterKeys
    private let both: MasterKeys
    private let new: MasterKeys
    private let person = PersonID("c-01")!

    init() throws {
        let (first, second) = (MasterKeys.line(named: "one"), MasterKeys.line(named: "two"))
        old = try MasterKeys(text: first)
        both = try MasterKeys(text: "\(first)\n\(second)\n")
        new = try MasterKeys(text: second)
    }

    @Test(arguments: [
        Contact.email("a@clinic.example"), .phone("+4930123456"),
        .webhook(url: "https://bridge.example/in", keyID: "k1", key: Array(repeating: 7, count: 32)),
    ])
    func `A contact opens as it was sealed, and says nothing of itself`(contact: Contact) throws {
        let sealed = try SealedContact(contact, of: person, with: old)
        #expect(try sealed.open(with: old) == contact)
        #expect(sealed.sealed.by == "one")
        let shown = "\(contact) \(String(reflecting: contact)) \(sealed)"
        #expect(!shown.contains("example") && !shown.contains("123456"))
    }

    @Test func `Moved to another person or kind a contact does not open`() throws {
        let sealed = try SealedContact(.email("a@clinic.example"), of: person, with: old)
        let moved = SealedContact(person: PersonID("c-02")!, kind: .email, sealed: sealed.sealed)
        #expect(throws: ContactError.self) { try moved.open(with: old) }
        let other = SealedContact(person: person, kind: .phone, sealed: sealed.sealed)
        #expect(throws: ContactError.self) { try other.open(with: old) }
    }

    @Test func `Beside a new key the old one still opens; without it the missing key is named`() throws {
        let sealed = try SealedContact(.email("a@clinic.example"), of: person, with: old)
        #expect(try sealed.open(with: both) == .email("a@clinic.example"))
        let again = try SealedContact(try sealed.open(with: both), of: person, with: both)
        #expect(again.sealed.by == "two")
        #expect(try again.open(with: new) == .email("a@clinic.example"))
        let refusal = #expect(throws: ContactError.self) { try sealed.open(with: new) }
        #expect(refusal?.cause == .noMasterKey("one"))
    }
}
