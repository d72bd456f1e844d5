import Domain
import HTTPTypes
import Hummingbird
import NIOCore

/// One graph as a file to keep: SVG with its styles, as an attachment, since the portal's content policy would take the
/// styles away from a page.
struct GraphFile {
    /// Which graph is asked for.
    struct Wanted: Hashable, Sendable {
        let participant: ParticipantID
        let instrument: InstrumentReference

        init(participant: ParticipantID, instrument: InstrumentReference) {
            self.participant = participant
            self.instrument = instrument
        }

        /// Nil where one of them is missing or cannot be read.
        init?(participant: Substring?, instrument: Substring?) {
            guard let participant = participant.flatMap({ ParticipantID($0) }),
                let instrument = instrument.flatMap({ InstrumentReference(written: $0) })
            else { return nil }
            self.init(participant: participant, instrument: instrument)
        }
    }

    private let sight: EpisodeSight
    private let material: CourseMaterial
    private let rater: Participant
    private let voice: Voice

    /// Nil where the episode has no such course.
    init?(_ sight: EpisodeSight, _ wanted: Wanted, voice: Voice) {
        guard let rater = sight.view.participants.first(where: { $0.id == wanted.participant }),
            let material = RaterCourses(of: rater, in: sight, voice: voice).material(on: wanted.instrument)
        else { return nil }
        self.sight = sight
        self.material = material
        self.rater = rater
        self.voice = voice
    }

    func response(words: Words) -> Response {
        let owner =
            switch voice {
            case .clinician: words.rater(rater)
            case .client: String?.none
            }
        let part = CoursePart(material: material, voice: voice, words: words, download: nil, owner: owner)
        let svg = CourseChart(material, voice: voice, words: words, title: part.title).standalone(made: sight.today)
        let name = "course-\(CodeName.text(of: rater.id))-\(material.instrument.reference.id).svg"
        return Response(
            status: .ok,
            headers: [
                .contentType: "image/svg+xml; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ], body: .init(byteBuffer: ByteBuffer(string: svg)))
    }
}

extension InstrumentReference {
    /// Reads what `description` writes, e.g. `ors@2000`; nil for anything else.
    init?(written text: some StringProtocol) {
        guard text.utf8.count <= 128, let at = text.firstIndex(of: "@"), let id = InstrumentID(text[..<at]) else {
            return nil
        }
        let version = text[text.index(after: at)...]
        guard !version.isEmpty else { return nil }
        self.init(id: id, version: String(version))
    }
}
