public import Foundation

/// Base backup, archived log, and the way back to a point in time: what docs/recovery.md tells operators to do, for the
/// private cluster.
extension PostgresCluster {
    /// Copies the running cluster into a folder that does not exist yet.
    public func baseBackup(to backup: URL) throws {
        let home = try PostgresHome.prepare(folder)
        let target = try PostgresHome.prepare(backup)
        guard let port, let password else { throw PostgresError.notRunning(folder) }
        try ManagedProcess.run(
            Command(
                name: "pg_basebackup", executable: try binaries(for: home).program("pg_basebackup"),
                arguments: [
                    "-D", target.data.path, "-h", "127.0.0.1", "-p", String(port), "-U", "postgres",
                    "--checkpoint=fast", "--no-sync",
                ],
                environment: ["PGPASSWORD": password], output: .file(target.log), user: target.user),
            within: .seconds(300))
    }

    /// Marks this moment in the log, to be restored to by its name.
    public func createRestorePoint(_ name: String) throws {
        _ = try query("select pg_create_restore_point('\(name)')", try PostgresHome.prepare(folder))
    }

    /// Waits until all that was committed until now is in the archive.
    public func archiveUpToNow(within limit: Duration = .seconds(60)) throws {
        let home = try PostgresHome.prepare(folder)
        let last = try query("select pg_walfile_name(pg_switch_wal())", home)
        let deadline = ContinuousClock.now + limit
        while try query("select coalesce(last_archived_wal, '') < '\(last)' from pg_stat_archiver", home) == "t" {
            guard ContinuousClock.now < deadline else { throw PostgresError.notArchived(last) }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// Makes the data of this cluster from a base backup and an archive. The next start brings it to the restore point,
    /// and it is a cluster of its own from there.
    public func restore(_ backup: URL, archive: URL, toPoint point: String, passwordOf lost: PostgresCluster) throws {
        let home = try PostgresHome.prepare(folder)
        let source = try PostgresHome.prepare(backup)
        guard !FileManager.default.fileExists(atPath: home.data.path) else { throw PostgresError.placeTaken(home.data) }
        try ManagedProcess.run(
            Command(
                name: "cp", executable: URL(fileURLWithPath: "/bin/cp"),
                arguments: ["-a", source.data.path, home.data.path], output: .file(home.log), user: home.user),
            within: .seconds(300))
        let settings = """
            restore_command = 'cp "\(try PostgresHome.prepare(archive).folder.path)/%f" "%p"'
            recovery_target_name = '\(point)'
            recovery_target_action = 'promote'

            """
        let file = try FileHandle(forWritingTo: home.data.appendingPathComponent("postgresql.auto.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(settings.utf8))
        try file.close()
        try write("", to: home.data.appendingPathComponent("recovery.signal"), owner: home.user)
        // The roles and their passwords are those of the backup.
        let password = try String(contentsOf: try PostgresHome.prepare(lost.folder).password, encoding: .utf8)
        try write(password, to: home.password, owner: home.user)
    }

    /// Copies each finished segment under a name that nobody restores from, and then renames it.
    static func archiveSettings(_ archive: URL) throws -> [String] {
        let folder = try PostgresHome.prepare(archive).folder.path
        return [
            "archive_mode=on",
            #"archive_command=test ! -f "\#(folder)/%f" && cp "%p" "\#(folder)/%f.part" && mv "\#(folder)/%f.part" "\#(folder)/%f""#,
        ]
    }
}
