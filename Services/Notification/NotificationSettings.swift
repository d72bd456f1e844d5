import Channels
import Foundation
import ServiceKit

/// Settings of notification beyond those that every consumer has.
enum NotificationSettings {
    static let workers = Setting.int(
        "ATTUNE_NOTIFICATION_WORKERS",
        "Threads that send. One always stays free of any single receiver, so with 2 or more a dead one holds up no other.",
        default: 2, in: 1...32)
    static let attempts = Setting.int(
        "ATTUNE_NOTIFICATION_ATTEMPTS", "Attempts before a delivery is given up.", default: 12, in: 1...50)
    static let retryPause = Setting.duration(
        "ATTUNE_NOTIFICATION_RETRY_PAUSE",
        "Longest pause after the first failed attempt; doubled after each further one, up to 1h.",
        default: "5s", in: .milliseconds(10) ... .seconds(3600))

    static let contactKeys = Setting.path(
        "ATTUNE_CONTACT_KEY_FILE",
        "File with the keys that seal contacts of the directory; needed where the routes name people by role or id."
    ).optional

    static let bounceFolder = Setting.path(
        "ATTUNE_BOUNCE_MAILDIR",
        "Maildir that the mail server puts mails for ATTUNE_SMTP_BOUNCE_ADDRESS into; without it they are not read."
    ).optional

    static let all: [any SettingDeclaration] =
        ChannelSettings.all + [contactKeys, bounceFolder, workers, attempts, retryPause]

    /// Where returned mails are, and the address that they come to; nil where none are read.
    static func bounces(_ settings: Settings) throws(SettingsError) -> (folder: URL, address: BounceAddress)? {
        guard let folder = settings[bounceFolder] else { return nil }
        guard let address = try ChannelSettings.bounceAddress(settings) else {
            throw SettingsError(
                bounceFolder.name, "is set, but no mail says where it returns to", "Set ATTUNE_SMTP_BOUNCE_ADDRESS as well.")
        }
        guard (try? FileManager.default.contentsOfDirectory(atPath: folder + "/new")) != nil else {
            throw SettingsError(
                bounceFolder.name, "names no folder with a readable folder `new` in it", "Name a Maildir.")
        }
        return (URL(filePath: folder), address)
    }

    static func retrySchedule(_ settings: Settings) -> RetrySchedule {
        RetrySchedule(firstPause: settings[retryPause], maxAttempts: settings[attempts])
    }

    /// Nil where no key file is named.
    static func contacts(_ settings: Settings, areNeeded: Bool) throws(SettingsError) -> ContactBook? {
        let advice = "Name the contact.keys that `attune keys` has made."
        guard let file = settings[contactKeys] else {
            guard areNeeded else { return nil }
            throw SettingsError(contactKeys.name, "is not set, but the routes name people of the directory", advice)
        }
        do {
            return try ContactBook(keyFile: file)
        } catch {
            throw SettingsError(contactKeys.name, "names a file that cannot be used: \(error)", advice)
        }
    }
}
