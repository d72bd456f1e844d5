public import ClientText

/// A contact as the database keeps it.
public struct SealedContact: Sendable {
    public let person: PersonID
    public let kind: ContactKind
    public let sealed: WrappedKey

    public init(person: PersonID, kind: ContactKind, sealed: WrappedKey) {
        self.person = person
        self.kind = kind
        self.sealed = sealed
    }

    /// Seals a contact for its person, with the key that now seals. Moved to another person or kind it does not open.
    public init(_ contact: Contact, of person: PersonID, with masters: MasterKeys) throws(ContactError) {
        do throws(ClientTextError) {
            let sealed = try masters.seal(contact.plain, binding: Self.binding(person, contact.kind))
            self.init(person: person, kind: contact.kind, sealed: sealed)
        } catch {
            throw ContactError(person: person, kind: contact.kind, cause: error)
        }
    }

    public func open(with masters: MasterKeys) throws(ContactError) -> Contact {
        do throws(ClientTextError) {
            let plain = try masters.open(sealed, binding: Self.binding(person, kind))
            guard let contact = Contact(kind, plain: plain) else { throw .damaged }
            return contact
        } catch {
            throw ContactError(person: person, kind: kind, cause: error)
        }
    }

    private static func binding(_ person: PersonID, _ kind: ContactKind) -> [UInt8] {
        Array("attune contact\n\(person)\n\(kind.rawValue)".utf8)
    }
}

/// Why a contact cannot be sealed or read; without any part of it.
public struct ContactError: Error, Hashable, Sendable, CustomStringConvertible {
    public let person: PersonID
    public let kind: ContactKind
    public let cause: ClientTextError

    public var description: String { "\(kind.rawValue) of \(person): \(cause)" }
}
