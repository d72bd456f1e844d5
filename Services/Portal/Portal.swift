import AlertBook
import Catalogue
import Intake
import Logging
import Persistence
import ServiceKit
import ServiceLifecycle

/// `attune-portal`: the pages that clients, clinicians, supervisors, administrators, auditors and operators look at.
///
/// It reads published views within the scope of whoever asks, and has no state but sessions: any number of processes
/// serve side by side.
@main
struct Portal: ServiceCommand {
    static let name = "attune-portal"
    static let summary = "Serves the pages: check-in, the graph, caseload, alerts, supervision, audit, operations."
    static let settings: [any SettingDeclaration] = PortalSettings.all

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(AlertMetrics.descriptions)
        let catalogue = try Self.catalogue(runtime.settings)
        let policies = try Self.policies(runtime.settings)
        let reading = runtime.connectionPool(size: runtime.settings[PortalSettings.connections])
        let answering = PoolService(
            pool: ConnectionPool(Self.database(runtime, as: "attune_alert_answers"), size: 2, logger: runtime.logger))
        let sharing = PoolService(
            pool: ConnectionPool(Self.database(runtime, as: "attune_intake"), size: 1, logger: runtime.logger))
        let writer = CommandWriter(
            Self.database(runtime, as: "attune_intake"), lane: .episode,
            options: CommandWriter.Options(masters: try runtime.settings.contentMasters()), logger: runtime.logger)
        let commands = Commands(
            intake: CommandIntake(live: writer, pool: reading.pool), answers: answering.pool,
            sharing: sharing.pool, policy: { policies.sitePolicy(of: $0) })
        let http = runtime.http()
        let routes = try PortalRoutes(
            runtime.settings, catalogue: { catalogue.current }, pool: reading.pool, commands: commands,
            logger: runtime.logger)
        routes.add(to: http)
        let reload = ReloadService { Self.reload(catalogue, policies, runtime.logger) }
        // Stopped from the last to the first: no new requests, then what waits is written.
        try await runtime.run([reading, answering, sharing, reload, routes.operations, writer.service, http.service()])
    }

    /// In a role of one purpose, which the portal's own login takes.
    private static func database(_ runtime: ServiceRuntime, as role: String) -> DatabaseSettings {
        var settings = DatabaseAccess.settings(of: runtime)
        settings.role = role
        return settings
    }

    private static func reload(_ catalogue: LiveCatalogue, _ policies: LivePolicy, _ logger: Logger) {
        let outcome = catalogue.reload()
        logger.log(level: outcome.isRefused ? .error : .notice, "\(outcome.words)")
        do {
            let versions = try policies.reload()
            logger.notice("Policies were read again", metadata: ["versions": "\(versions)"])
        } catch {
            logger.error("Policies stay as they were", metadata: ["reason": "\(error)"])
        }
    }

    private static func policies(_ settings: Settings) throws -> LivePolicy {
        do {
            return try LivePolicy(file: settings[PortalSettings.policy], folder: settings[PortalSettings.policyFolder])
        } catch {
            throw SettingsError(
                PortalSettings.policy.name, "names a policy that cannot be used: \(error)",
                "Correct the file, or unset the setting to use Attune's defaults.")
        }
    }

    private static func catalogue(_ settings: Settings) throws -> LiveCatalogue {
        do {
            return try LiveCatalogue(siteFolder: settings[PortalSettings.catalogue])
        } catch {
            throw SettingsError(
                PortalSettings.catalogue.name, "names a catalogue that cannot be used: \(error)",
                "Correct the file, or unset the setting to use the built-in instruments alone.")
        }
    }
}
