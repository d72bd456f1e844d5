import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Makes pages: a template with its values, in the frame that all pages share.
struct Pages: Sendable {
    private let book: WordBook
    private let templates: Templates
    private let idleLimit: Duration

    /// - Throws: where a message file or a template cannot be used.
    init(idleLimit: Duration, logger: Logger) throws {
        book = try WordBook(logger: logger)
        templates = try Templates(checkedWith: book[.english])
        self.idleLimit = idleLimit
    }

    func words(_ context: PageContext) -> Words { book[context.language] }

    /// - Parameters:
    ///   - title: of the page and of its first heading.
    ///   - area: the part of the portal that the navigation marks.
    func page(
        _ template: Template, title: String, in area: Area? = nil, _ values: [String: Any], _ context: PageContext,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let words = words(context)
        let all = values.merging(frame(title: title, area, words, context)) { own, _ in own }
        return Self.html(templates.render(template, all, words: words), status: status)
    }

    /// A part of a page, for a script that puts it in place.
    func part(_ template: Template, _ values: [String: Any], _ context: PageContext) -> String {
        templates.render(template, values.merging(["token": context.formToken]) { own, _ in own }, words: words(context))
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// After a form was carried out: a page that can be loaded again without sending the form twice.
    static func seeOther(_ address: String) -> Response {
        Response(status: .seeOther, headers: [.location: address, .cacheControl: "no-store"])
    }

    private func frame(title: String, _ area: Area?, _ words: Words, _ context: PageContext) -> [String: Any] {
        var values: [String: Any] = [
            "title": title, "asset": Asset.values, "thisPage": context.pageAddress, "token": context.formToken,
            "languages": Language.allCases.map {
                ["code": $0.rawValue, "name": $0.ownName, "isChosen": $0 == context.language] as [String: Any]
            },
        ]
        if let visitor = context.visitor {
            values["visitor"] = ["subject": visitor.subject, "isClient": visitor.client != nil] as [String: Any]
            values["idleSeconds"] = Int(idleLimit.components.seconds)
            values["navigation"] = Area.all(of: visitor).map {
                ["path": $0.path, "name": words["frame.area.\($0.rawValue)"], "isHere": $0 == area] as [String: Any]
            }
        }
        return values
    }
}
