import Foundation

/// Where a cluster's files are, and which user they belong to.
///
/// PostgreSQL refuses to run as root. Root therefore runs it as Debian's user "postgres", and where
/// that user cannot reach the wished folder (a checkout under /root), the files go to /var/tmp with a
/// link in the wished place.
struct PostgresHome {
    static let databaseUser = "postgres"

    /// The real folder, owned by the user that runs the server.
    let folder: URL
    /// The user to run as; nil is ourselves.
    let user: String?

    var data: URL { folder.appendingPathComponent("data") }
    var password: URL { folder.appendingPathComponent("password") }
    var log: URL { folder.appendingPathComponent("postgres.log") }

    /// Makes the folder where it is missing.
    static func prepare(_ wished: URL) throws -> PostgresHome {
        let parent = wished.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        guard geteuid() == 0 else {
            try makePrivate(wished, owner: geteuid(), group: getegid())
            return PostgresHome(folder: wished, user: nil)
        }
        guard let account = getpwnam(databaseUser) else { throw PostgresError.noUser(databaseUser) }
        let (owner, group) = (account.pointee.pw_uid, account.pointee.pw_gid)
        guard !isReachable(parent, by: databaseUser) else {
            try makePrivate(wished, owner: owner, group: group)
            return PostgresHome(folder: wished, user: databaseUser)
        }
        let folder = URL(fileURLWithPath: "/var/tmp/attune-\(fingerprint(of: wished))", isDirectory: true)
        let home = PostgresHome(folder: folder, user: databaseUser)
        try makePrivate(folder, owner: owner, group: group)
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: wished.path)) != folder.path {
            try home.clear()
            try FileManager.default.createSymbolicLink(atPath: wished.path, withDestinationPath: folder.path)
        }
        return home
    }

    /// Without its link the data belongs to nothing any more: whoever removed the wished folder meant
    /// the data, too, and keys made anew would not fit it.
    private func clear() throws {
        if let pid = PostmasterFile.livingServer(of: self) { throw PostgresError.alreadyRunning(pid: pid, folder: folder) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }

    /// A folder that only `owner` may enter. /var/tmp is open to everybody, so what is there already
    /// is taken only when it is a real folder of that owner.
    private static func makePrivate(_ folder: URL, owner: uid_t, group: gid_t) throws {
        if mkdir(folder.path, 0o700) == 0 {
            guard chown(folder.path, owner, group) == 0 else { throw PostgresError.placeTaken(folder) }
            return
        }
        var status = stat()
        guard lstat(folder.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == owner,
            status.st_mode & 0o077 == 0
        else { throw PostgresError.placeTaken(folder) }
    }

    private static func isReachable(_ folder: URL, by user: String) -> Bool {
        let test = Command(
            name: "test", executable: URL(fileURLWithPath: "/usr/bin/test"), arguments: ["-x", folder.path],
            user: user)
        return (try? ManagedProcess.run(test, within: .seconds(10))) != nil
    }

    /// FNV-1a of the path: the same folder finds its data again, two checkouts never share it.
    private static func fingerprint(of url: URL) -> String {
        let hash = url.standardizedFileURL.path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }
}
