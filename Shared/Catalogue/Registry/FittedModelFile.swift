public import Domain

/// A fit as a file of the catalogue.
public struct FittedModelFile: Sendable {
    public let text: String
    /// As the catalogue reads it from the text.
    public let model: ExpectedResponseModel

    /// Writes the model as a candidate of the registry, with its hash.
    ///
    /// The text is read back before it is handed out: what the catalogue would refuse is refused here.
    /// - Parameters:
    ///   - instrument: the one it was fitted on.
    ///   - label: what the model rests on, shown beside its curve; one line.
    public init(
        _ fit: FittedModel, id: ModelID, version: String, label: String, instrument: Instrument,
        record: ModelVersion.FitRecord
    ) throws(CatalogueError) {
        func text(_ hash: [UInt8]?) -> String {
            fit.catalogueText(
                id: id, version: version, label: label, instrument: instrument, record: record, hash: hash)
        }
        let hash = try Self.read(text(nil), on: instrument).reference.hash
        self.text = text(hash)
        model = try Self.read(self.text, on: instrument)
    }

    private static func read(_ text: String, on instrument: Instrument) throws(CatalogueError) -> ExpectedResponseModel {
        let name = "the fitted model"
        guard let definition = try CatalogueFile(name: name, bytes: Array(text.utf8)).models.first?.value else {
            throw CatalogueError(file: name, line: nil, reason: "holds no model")
        }
        return try definition.model(on: instrument)
    }
}
