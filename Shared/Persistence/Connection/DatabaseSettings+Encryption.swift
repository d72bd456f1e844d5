import CPostgres
import Glibc

extension DatabaseSettings {
    /// Hosts other than this machine that the connection string leads to without making sure, by encryption and certificate,
    /// that it is they who answer: everything but `sslmode=verify-full`. Empty where there is none, and for a string that
    /// cannot be read, which connecting will say.
    public var unverifiedHosts: [String] {
        guard let options = Self.options(in: url), options["sslmode"] != "verify-full" else { return [] }
        // What is connected to is the address where one is given.
        let hosts = (options["hostaddr"] ?? options["host"] ?? "").split(separator: ",").map(String.init)
        return hosts.filter { !Self.isThisMachine($0) }
    }

    /// The options of a connection string, and of the environment where the library takes them from there.
    private static func options(in url: String) -> [String: String]? {
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            return nil
        }
        defer { PQconninfoFree(parsed) }
        var options: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            let variable = option.pointee.envvar.flatMap { getenv($0) }
            if let value = option.pointee.val ?? variable { options[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return options
    }

    /// A path is a socket of this machine, and so is an abstract one, which begins with @.
    private static func isThisMachine(_ host: String) -> Bool {
        host.hasPrefix("/") || host.hasPrefix("@") || host.hasPrefix("127.") || host == "localhost" || host == "::1"
    }
}
