import Foundation

/// How a process ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    case exited(code: Int32)
    case signalled(Int32)

    public var isSuccess: Bool { self == .exited(code: 0) }

    public var description: String {
        switch self {
        case .exited(let code): "ended with status \(code)"
        case .signalled(let signal): "was ended by signal \(signal)"
        }
    }

    /// Reads the word that waitpid writes (the macros WIFEXITED and so on do not reach Swift).
    init(waitWord: Int32) {
        let signal = waitWord & 0x7f
        self = signal == 0 ? .exited(code: (waitWord >> 8) & 0xff) : .signalled(signal)
    }
}
