import Contracts
import Domain
import Hummingbird
import ServiceKit

/// What is known about a request for a page.
struct PageContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let requestID: String
    /// What is recorded for the page belongs to this trace.
    let trace: TraceContext
    /// The address at the other end of the connection.
    let peer: String?
    /// Nil for somebody who is not signed in.
    var visitor: Visitor?
    var language = Language.english
    /// Of a POST: what was sent, after the token in it was checked.
    var form = Form()
    /// What a form must send back.
    var formToken = ""
    /// The path and query that were asked for.
    var address = "/"
    /// Where a page can be loaded again, after signing in or in another language: of a form, the page that it is on.
    var pageAddress = "/"

    /// Most bytes of a form.
    var maxUploadSize: Int { 64 * 1024 }

    init(context: ServiceRequestContext) throws {
        coreContext = context.coreContext
        requestID = context.requestID
        trace = context.trace
        peer = context.peer
    }

    /// The visitor, if the action is theirs to do.
    ///
    /// - Returns: with the first of the action's roles that the visitor has.
    /// - Throws: ``SignInNeeded`` for nobody, ``Problem`` 403 for somebody without any of the roles.
    func visitor(to action: Action) throws -> (visitor: Visitor, role: Role) {
        guard let visitor else { throw SignInNeeded(address: pageAddress) }
        guard let role = visitor.role(among: action.roles) else { throw Problem.wrongRole }
        return (visitor, role)
    }
}

/// Nobody is signed in, or not any more.
struct SignInNeeded: Error {
    /// Where they wanted to go.
    let address: String
}

/// The visitor is sent elsewhere.
struct Redirection: Error {
    let address: String
}
