import Domain

/// Makes the two ways into a check-in, and knows its own again: links by their signature, codes by a keyed hash, which
/// says nothing to whoever reads the database.
struct InvitationSeal: Sendable {
    let key: PortalKey

    /// What stands in a link.
    func token(of id: InvitationID) -> String { key.signed(id.bytes, for: .link) }

    /// Nil for a text that was not made here, or was changed.
    func invitation(in token: String) -> InvitationID? {
        key.verified(token, for: .link).flatMap { InvitationID(bytes: $0) }
    }

    /// What the browser in which a check-in began keeps, to go on with it.
    func keepsake(of id: InvitationID) -> String { key.signed(id.bytes, for: .resumption) }

    func isKeepsake(_ text: String?, of id: InvitationID) -> Bool {
        text.flatMap { key.verified($0, for: .resumption) } == id.bytes
    }

    func hash(of code: KioskCode) -> [UInt8] { key.code(Array(code.digits.utf8), for: .kiosk) }

    /// By which a code may be kept that was made lately, the newest secret's first.
    func hashes(of code: KioskCode) -> [[UInt8]] { key.codes(Array(code.digits.utf8), for: .kiosk) }
}

/// Eight digits that somebody types at a shared device.
struct KioskCode: Hashable, Sendable {
    let digits: String

    /// Reads what was typed: blanks and dashes between the digits do not matter; nil for anything but eight digits.
    init?(_ text: String) {
        let digits = text.filter { !" -\u{A0}\u{2013}".contains($0) }
        guard text.utf8.count <= 40, digits.utf8.count == 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        self.digits = digits
    }

    private init(unchecked digits: String) { self.digits = digits }

    static func random() -> KioskCode {
        var generator = SystemRandomNumberGenerator()
        return KioskCode(
            unchecked: (0..<8).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined())
    }

    /// In two groups, as it is easiest to read and to type.
    var text: String { "\(digits.prefix(4)) \(digits.suffix(4))" }
}
