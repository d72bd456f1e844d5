import Foundation
import Testing

@testable import attune

/// What a directory file may say, and how a fault in it is named.
@Suite struct DirectoryFileTests {
    static let csv = """
        type,id,site,team,roles,supervisor,language,time_zone,working_hours,duty_desk,email,phone
        site,north,,,,,de,Europe/Berlin,mon-fri 08:00-17:00,desk-1,,
        team,adults,north,,,,,,,,,
        person,c-01,north,adults,clinician,s-01,,,,,one@clinic.example,+49 30 1234567
        person,s-01,north,adults,clinician supervisor,,,,,,two@clinic.example,
        person,desk-1,north,,duty_desk,,,,,,desk@clinic.example,
        """

    static let json = """
        {"sites": [{"id": "north", "language": "de", "time_zone": "Europe/Berlin", "duty_desk": "desk-1",
                    "working_hours": "mon-fri 08:00-17:00"}],
         "teams": [{"id": "adults", "site": "north"}],
         "people": [
           {"id": "c-01", "site": "north", "team": "adults", "roles": ["clinician"], "supervisor": "s-01",
            "email": "one@clinic.example", "phone": "+49301234567"},
           {"id": "s-01", "site": "north", "team": "adults", "roles": ["supervisor", "clinician"],
            "email": "two@clinic.example"},
           {"id": "desk-1", "site": "north", "roles": ["duty_desk"], "email": "desk@clinic.example"}]}
        """

    private func read(_ text: String, isJSON: Bool) -> (DirectoryContent, [DirectoryFault]) {
        var faults: [DirectoryFault] = []
        var reader = DirectoryReader(folder: URL(filePath: "/nowhere"))
        do throws(DirectoryFault) {
            reader.read(try DirectoryEntries.read(Array(text.utf8), isJSON: isJSON, &faults))
        } catch {
            faults.append(error)
        }
        return (reader.content, faults + reader.faults)
    }

    @Test func `CSV and JSON say the same`() {
        let (one, oneFaults) = read(Self.csv, isJSON: false)
        let (other, otherFaults) = read(Self.json, isJSON: true)
        #expect(oneFaults == [] && otherFaults == [])
        #expect(one.sites == other.sites && one.teams == other.teams && one.people == other.people)
        #expect(one.contacts == other.contacts)
        #expect(one.people.count == 3 && one.contacts.count == 3)
        #expect(one.sites.first?.workingHours?.hasSuffix("fri 08:00-17:00") == true)
    }

    @Test(arguments: [
        ("+49 30 1234567", "030 1234567", "row 4, phone", "E.164"),
        ("one@clinic.example", "one@@clinic", "row 4, email", "local@domain"),
        ("clinician,s-01", "clinician,c-01", "row 4, supervisor", "is the person"),
        ("clinician,s-01", "clinician,desk-1", "row 4, supervisor", "role supervisor"),
        ("clinician,s-01", "clinican,s-01", "row 4, roles", "choose from"),
        ("person,c-01,north,adults", "person,c-01,north,youth", "row 4, team", "no team of that site"),
        ("person,c-01,north,adults", "person,c-01,south,", "row 4, site", "no site of this file"),
        ("person,c-01", "person,c 01", "row 4, id", "is not an id"),
        ("person,c-01", "person,s-01", "row 5, id", "stands in row 4"),
        ("person,c-01", "nurse,c-01", "row 4, type", "site, team or person"),
        ("Europe/Berlin", "Europe/Atlantis", "row 2, time_zone", "IANA"),
        ("mon-fri 08:00-17:00", "mon-fri 17:00-08:00", "row 2, working_hours", "within one day"),
        ("17:00,desk-1", "17:00,c-01", "row 2, duty_desk", "role duty_desk"),
        ("desk@clinic.example", "", "row 2, duty_desk", "could not be told"),
        ("team,adults,north,,", "team,adults,north,,clinician", "row 3, roles", "no such field"),
        (",,,,,,two@", ",,de!,,,,two@", "row 5, language", "language tag"),
        ("duty_desk,email", "duty_desk,e-mail", "row 1", "not a column"),
        ("desk@clinic.example,", "desk@clinic.example,,surplus", "row 6", "more cells"),
        ("person,s-01", "person,\"s-01", "row 5, id", "control characters"),
    ])
    func `A fault is named with its row, its field and what to do`(
        text: String, instead: String, place: String, words: String
    ) throws {
        try #require(Self.csv.contains(text))
        let (_, faults) = read(Self.csv.replacingOccurrences(of: text, with: instead), isJSON: false)
        let fault = try #require(faults.first)
        #expect(fault.place == place, "\(fault)")
        #expect(fault.description.contains(words), "\(fault)")
        #expect(!fault.description.contains("clinic.example") && !fault.description.contains("1234567"))
    }

    @Test(arguments: [
        (#""id": "c-01""#, #""id": 7"#, "/people/0/id"),
        (#""roles": ["clinician"]"#, #""roles": "clinician""#, "/people/0/roles"),
        (#""teams""#, #""groups""#, "/groups"), (#""email": "one"#, #""fax": "one"#, "/people/0/fax"),
        (#""sites": ["#, "", "line 1"),
    ])
    func `In JSON a fault is named by its pointer`(text: String, instead: String, place: String) throws {
        let (_, faults) = read(Self.json.replacingOccurrences(of: text, with: instead), isJSON: true)
        #expect(faults.first?.place == place, "\(faults)")
    }

    @Test func `The example of the local stack is good`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../deploy/local/directory.csv").standardized
        let (content, faults) = read(try String(contentsOf: file, encoding: .utf8), isJSON: false)
        #expect(faults == [])
        #expect(content.sites.map(\.id.text) == ["north", "south"])
    }

    @Test func `Supervision must not go round in a circle`() {
        let circular = Self.csv.replacingOccurrences(of: "clinician supervisor,", with: "supervisor,c-01")
            .replacingOccurrences(of: "adults,clinician,s-01", with: "adults,clinician supervisor,s-01")
        let (_, faults) = read(circular, isJSON: false)
        #expect(faults.map(\.place) == ["row 4, supervisor", "row 5, supervisor"])
        #expect(faults.allSatisfy { $0.problem.contains("circle") })
    }
}
