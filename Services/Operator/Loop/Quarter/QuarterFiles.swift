import Foundation

/// What the network's operators would write: policies, routes and the directory, as files for the real programs.
struct QuarterFiles {
    let folder: URL

    var policies: URL { folder.appendingPathComponent("policies") }
    var routes: URL { folder.appendingPathComponent("routes.yaml") }
    var directory: URL { folder.appendingPathComponent("directory.csv") }

    init(_ folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
        for site in QuarterSite.all {
            let lacks = site.raisesLacks ? ", missed_measure, undiscussed" : ""
            let policy = """
                version: quarter-1
                raise: [safety, deteriorating, not_on_track, alliance, stalled, guarded\(lacks)]
                urgency: {safety: now, deteriorating: within_hours, not_on_track: within_hours,
                  alliance: digest, stalled: digest, guarded: digest}
                \(site.policy)

                """
            try Data(policy.utf8).write(to: policies.appendingPathComponent("\(site.id).yaml"))
        }
        try Data(Self.routesText.utf8).write(to: routes)
        try writeDirectory(without: [])
    }

    /// The whole directory, without those who have left.
    func writeDirectory(without gone: Set<String>) throws {
        var lines = ["type,id,site,team,roles,supervisor,language,time_zone,working_hours,duty_desk,email,phone"]
        for site in QuarterSite.all {
            lines.append(
                "site,\(site.id),,,,,\(site.language),\(site.zone.identifier),mon-fri 08:00-18:00,\(site.desk),,")
            for team in ["a", "b"] { lines.append("team,\(site.id)-\(team),\(site.id),,,,,,,,,") }
            for (place, clinician) in site.clinicians.enumerated() where !gone.contains(clinician) {
                let team = "\(site.id)-\(place < 2 ? "a" : "b")"
                lines.append(
                    "person,\(clinician),\(site.id),\(team),clinician,\(site.supervisor),,,,,"
                        + "\(clinician)@\(site.id).example,"
                )
            }
            lines.append("person,\(site.supervisor),\(site.id),,supervisor,,,,,,\(site.supervisor)@\(site.id).example,")
            lines.append("person,\(site.desk),\(site.id),,duty_desk,,,,,,\(site.desk)@\(site.id).example,")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: directory)
    }

    /// Clinicians, supervisors and duty desks by their role; a digest each morning, quiet nights.
    private static var routesText: String {
        var text = """
            default:
              - id: duty-desk
                channel:
                  email: {address: duty@clinic.example}
            sites:

            """
        for site in QuarterSite.all {
            text += """
                  \(site.id):
                    - role: clinician
                    - role: supervisor
                    - role: duty_desk

                """
        }
        text += "times:\n"
        for site in QuarterSite.all {
            text +=
                "  \(site.id): {time_zone: \(site.zone.identifier), "
                + "quiet: {from: \"19:00\", to: \"08:00\"}, digest: \"08:00\"}\n"
        }
        return text
    }
}
