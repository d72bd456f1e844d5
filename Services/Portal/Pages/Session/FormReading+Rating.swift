import Catalogue
import Domain
import Intake
import ServiceKit

extension FormReading {
    /// A rating of which somebody enters the total.
    func total(in catalogue: Catalogue) throws(FieldError) -> RatingDraft {
        guard let reference = InstrumentReference(written: try text("instrument")),
            let instrument = catalogue.instrument(reference), instrument.hasBetterEnd
        else { throw fault("instrument", words["record.fault.choice"]) }
        guard instrument.allowsTotalEntry else { throw fault("instrument", words["record.fault.total"]) }
        let steps = try score("total", on: instrument)
        let answers: Answers
        do throws(UnfitAnswers) {
            answers = try GivenAnswers(total: steps).checked(for: instrument)
        } catch {
            throw fault("total", words("record.fault.range", range(of: instrument)))
        }
        return RatingDraft(
            name: .id(try identity("id")), participant: try identity("participant"), instrument: reference,
            session: try session("session"), day: try day(), answers: answers)
    }

    private func range(of instrument: Instrument) -> [String: String] {
        let range = instrument.totalRange
        return ["low": words.score(range.lowerBound, instrument), "high": words.score(range.upperBound, instrument)]
    }
}
