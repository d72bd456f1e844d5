public import Foundation

/// Why a stack could not be started or used.
public enum StackError: Error, CustomStringConvertible {
    /// Another process runs a stack in this folder.
    case inUse(URL)
    case notStarted
    case interrupted
    case unreadable(URL, reason: String)
    /// A service listens nowhere, by its port file.
    case noPort(String)

    public var description: String {
        switch self {
        case .inUse(let folder): "another process runs a stack in \(folder.path)"
        case .notStarted: "the stack is not running"
        case .interrupted: "interrupted"
        case .unreadable(let url, let reason): "\(url.path): \(reason)"
        case .noPort(let name): "\(name) wrote no port file"
        }
    }
}
