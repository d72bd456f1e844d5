import Catalogue
import Domain
import ServiceKit

extension FormReading {
    /// Answers to the inventory, one field for each item: `item1` to `item18`, an empty one not answered.
    func preferences(in catalogue: Catalogue) throws(FieldError) -> PreferencesRecorded {
        guard let inventory = catalogue.preferenceInventory else { throw fault("item1", words["record.fault.choice"]) }
        var answers: [Int?] = []
        for item in 1...PreferenceInventory.itemCount { answers.append(try answer(item)) }
        guard answers.contains(where: { $0 != nil }) else { throw fault("item1", words["record.fault.answers"]) }
        return PreferencesRecorded(
            id: try identity("id"), participant: try identity("participant"), instrument: inventory.reference,
            session: try session("session"), day: try day(), answers: answers)
    }

    private func answer(_ item: Int) throws(FieldError) -> Int? {
        guard let text = form["item\(item)"], !text.isEmpty else { return nil }
        guard let answer = Int(text), PreferenceInventory.itemRange.contains(answer) else {
            throw fault("item\(item)", words["record.fault.answers"])
        }
        return answer
    }

    /// What became of one preference.
    func preferenceReview(by subject: String) throws(FieldError) -> PreferenceReviewed {
        PreferenceReviewed(
            id: try identity("id"), participant: try identity("participant"),
            accommodation: PreferenceAccommodation(
                scale: try choice("scale"), asked: try choice("asked"), agreed: try choice("agreed"),
                accommodated: try choice("followed"), recordedBy: subject, day: try day()))
    }
}
