import ArgumentParser
import ClientText
import Directory
import Persistence

/// `attune directory rekey`: seals every contact with the newest key.
struct DirectoryRekeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey",
        abstract: "Seal every contact anew with the last key of the key file.",
        discussion: """
            First `attune keys --new-contact-key` adds a key; attune-notification reads the file again when it meets a \
            contact of a key that it does not know, so that nobody goes unheard meanwhile. Works in pages and can be \
            interrupted and run again. At the end it prints which keys are in use: a key that is not named there any \
            more can be taken out of the file, when no backup that it may have to open is kept. Status 0: done; 1: refused, \
            for example because the file lacks a key that has sealed something; 2: the database could not be asked.
            """)

    private static let page: Int32 = 500

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var keyOptions: ContactKeyOptions

    func run() throws {
        try DirectoryCommand.carryOut {
            guard let masters = try keyOptions.keys() else { throw DirectoryRefusal.noKeyFile }
            let connection = try database.connect()
            let total = try Self.keysInUse(on: connection).filter { $0.name != masters.current }.reduce(0) { $0 + $1.count }
            var bar = ProgressBar("sealing contacts", total: Int(total))
            var done = 0
            while case let count = try Self.sealPage(masters, on: connection), count > 0 {
                done += count
                bar.advance(to: done)
            }
            bar.end()
            print("\(done) contacts sealed anew with \(masters.current)")
            for key in try Self.keysInUse(on: connection) { print("in use: \(key.name), \(key.count) contacts") }
        }
    }

    private static func sealPage(_ masters: MasterKeys, on connection: Connection) throws -> Int {
        try connection.transaction { connection in
            try DirectoryStore.lock(connection)
            let old = try connection.run(selectPage, [.text(masters.current), .int32(page)]).map { try SealedContact($0) }
            guard !old.isEmpty else { return 0 }
            let new = try old.map { try SealedContact($0.open(with: masters), of: $0.person, with: masters) }
            try connection.run(
                DirectoryStore.putContacts,
                [
                    .texts(new.map(\.person.text)), .texts(new.map(\.kind.rawValue)), .texts(new.map(\.sealed.by)),
                    .byteArrays(new.map(\.sealed.bytes)),
                ])
            return new.count
        }
    }

    private static func keysInUse(on connection: Connection) throws -> [(name: String, count: Int64)] {
        try connection.run("select sealed_by, contacts from notification.contact_keys()").map {
            (try $0.text(0), try $0.int64(1))
        }
    }

    private static let selectPage: Statement =
        "select person_id, kind, sealed_by, sealed from notification.contacts_sealed_otherwise($1, $2)"
}
