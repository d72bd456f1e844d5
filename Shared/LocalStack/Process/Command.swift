public import Foundation

/// What to run, and how.
public struct Command: Sendable {
    /// Where standard output and standard error go.
    public enum Output: Sendable {
        /// Both are appended to one file, made readable by its owner alone.
        case file(URL)
        /// The terminal or pipe of this process.
        case inherited
    }

    /// Short name for messages, such as "attune-scoring".
    public var name: String
    public var executable: URL
    public var arguments: [String]
    /// Added to the inherited environment, see ``environment(inherited:)``.
    public var environment: [String: String]
    public var output: Output
    /// A user of this machine to run as. Only root can change it; nil stays who we are.
    public var user: String?
    /// What asks the process to end in good order.
    public var stopSignal: StopSignal

    public enum StopSignal: Sendable {
        case terminate
        case interrupt

        var number: Int32 {
            switch self {
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            }
        }

        /// As setpriv spells it.
        var setprivName: String {
            switch self {
            case .terminate: "TERM"
            case .interrupt: "INT"
            }
        }
    }

    public init(
        name: String, executable: URL, arguments: [String] = [], environment: [String: String] = [:],
        output: Output = .inherited, user: String? = nil, stopSignal: StopSignal = .terminate
    ) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.output = output
        self.user = user
        self.stopSignal = stopSignal
    }

    /// The words handed to the kernel. setpriv sets the parent-death signal (and the user) and then
    /// becomes the program, so that the process id stays the same.
    var words: [String] {
        var words = [Self.setpriv, "--pdeathsig", stopSignal.setprivName]
        if let user {
            words += ["--reuid", user, "--regid", user, "--init-groups"]
        }
        return words + ["--", executable.path] + arguments
    }

    static let setpriv = "/usr/bin/setpriv"

    /// The whole environment of the process. Settings of Attune and of libpq in the caller's own
    /// environment are left out: a stack means what its caller wrote, whatever the shell had set.
    func environment(inherited: [String: String]) -> [String: String] {
        inherited
            .filter { !$0.key.hasPrefix("ATTUNE_") && !$0.key.hasPrefix("PG") }
            .merging(environment) { _, own in own }
    }
}
