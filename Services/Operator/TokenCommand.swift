import ArgumentParser
import Domain
import ServiceKit

/// Access tokens for trying things out. Production tokens come from an identity provider.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Mint an access token with a key made by `attune keys`.")

    @Option(help: "Private key file.")
    var key: String

    @Option(help: "Site the token is good for, repeatable; * for all.")
    var site: [String] = []

    @Option(help: "Role, repeatable: client, clinician, supervisor, site_admin, network_admin, auditor, operator, integration.")
    var role: [String] = []

    @Option(help: "Who it is for: an opaque id.")
    var subject = "demo"

    @Option(help: "Seconds until it expires.")
    var seconds = 3600

    @Option(help: "File to write to, readable by its owner alone; default: standard output.")
    var output: String?

    func run() async throws {
        let roles = try Set(role.map(Self.role))
        guard !roles.isEmpty, !site.isEmpty else { throw ValidationError("Give at least one --role and one --site.") }
        guard (1...31_536_000).contains(seconds) else { throw ValidationError("--seconds must be 1 to 31536000.") }
        let sites: SiteAccess = site.contains("*") ? .all : .some(try Set(site.map(Self.site)))
        let issuer = try TokenIssuer(privateKeyFile: key)
        let token = try await issuer.token(
            for: Caller(subject: subject, sites: sites, roles: roles), validFor: .seconds(seconds))
        if let output {
            try PrivateFile.replace(output, Array((token + "\n").utf8), mode: 0o600)
        } else {
            print(token)
        }
    }

    private static func role(_ text: String) throws -> Role {
        guard let role = Role(rawValue: text) else { throw ValidationError("\(text) is not a role.") }
        return role
    }

    private static func site(_ text: String) throws -> SiteID {
        guard let site = SiteID(text) else { throw ValidationError("\(text) is not a site name.") }
        return site
    }
}
