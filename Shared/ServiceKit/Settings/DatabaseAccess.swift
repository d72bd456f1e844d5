public import Persistence

/// Settings of every service that uses the database.
public enum DatabaseAccess {
    public static let url = Setting.string(
        "ATTUNE_DATABASE_URL", "PostgreSQL URL, e.g. postgresql://attune_scoring@db/attune?sslmode=verify-full.",
        secret: true)
    public static let role = Setting.string(
        "ATTUNE_DATABASE_ROLE", "Role to take after connecting, where one login serves several services.").optional

    public static let all: [any SettingDeclaration] = [url, role]

    /// How the process connects.
    public static func settings(of runtime: ServiceRuntime) -> DatabaseSettings {
        DatabaseSettings(
            url: runtime.settings[url], currentURL: runtime.settings.rereading(url), role: runtime.settings[role], applicationName: runtime.name,
            prefersIndexes: true)
    }
}
