import FoundationEssentials
import ServiceKit
import TransparencyLog

extension Settings {
    /// The keys by which the audit log is believed; nil where none are set: proofs are then shown and not checked.
    ///
    /// - Throws: ``SettingsError`` where the file cannot be used.
    func logKeys() throws(SettingsError) -> LogKeys? {
        let setting = PortalSettings.auditKeys
        guard let path = self[setting] else { return nil }
        let advice = "Name the file with the log's public keys, as `attune keys` and /v1/audit/key write them."
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(setting.name, "names a file that cannot be read", advice)
        }
        do throws(LogKeysError) {
            return try LogKeys(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw SettingsError(setting.name, "names a file that cannot be used: \(error)", advice)
        }
    }
}
