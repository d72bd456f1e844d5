public import Foundation

/// Why a private PostgreSQL cluster could not be had.
public enum PostgresError: Error, CustomStringConvertible {
    case notInstalled
    case otherVersion(data: Int, folder: URL)
    case alreadyRunning(pid: Int32, folder: URL)
    /// Root must run PostgreSQL as this user, which does not exist.
    case noUser(String)
    /// The place prepared for the data belongs to somebody else.
    case placeTaken(URL)
    case notRunning(URL)
    /// A segment of the log did not get into the archive.
    case notArchived(String)

    public var description: String {
        switch self {
        case .notInstalled:
            "PostgreSQL's server programs were not found in /usr/lib/postgresql or PATH: install Debian's package postgresql"
        case .otherVersion(let data, let folder):
            "the data in \(folder.path) belongs to PostgreSQL \(data), which is not installed: install it or move the folder away"
        case .alreadyRunning(let pid, let folder):
            "PostgreSQL runs on \(folder.path) already (process \(pid))"
        case .noUser(let name):
            "PostgreSQL refuses to run as root, and there is no user '\(name)' to run it as"
        case .placeTaken(let url):
            "\(url.path) exists and does not belong to the database user alone"
        case .notRunning(let folder): "PostgreSQL does not run on \(folder.path)"
        case .notArchived(let segment): "segment \(segment) was not archived in time"
        }
    }
}
