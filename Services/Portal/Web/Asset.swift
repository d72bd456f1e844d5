import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// The files that pages load: styles and small scripts. A new one has two lines here.
enum Asset: String, CaseIterable, Sendable {
    case styles = "portal.css"
    case chart = "chart.css"
    case course = "course.css"
    case figures = "figures.css"
    case script = "portal.js"
    case export = "export.js"
    case live = "live.js"
    case checkIn = "check-in.js"
    case checkInStyles = "check-in.css"
    case audit = "audit.css"
    case proof = "proof.js"
    case operations = "operations.js"

    private var bytes: [UInt8] {
        switch self {
        case .styles: PackageResources.portal_css
        case .chart: PackageResources.chart_css
        case .course: PackageResources.course_css
        case .figures: PackageResources.figures_css
        case .script: PackageResources.portal_js
        case .export: PackageResources.export_js
        case .live: PackageResources.live_js
        case .checkIn: PackageResources.check_in_js
        case .checkInStyles: PackageResources.check_in_css
        case .audit: PackageResources.audit_css
        case .proof: PackageResources.proof_js
        case .operations: PackageResources.operations_js
        }
    }

    private var mediaType: String { rawValue.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8" }

    /// Where browsers find it. The address changes with the content, so that it can be kept for ever.
    var address: String { Self.addresses[self] ?? "" }

    /// The file's name in the values of templates, as in `{{asset.styles}}`.
    private var name: String { "\(self)" }

    static let values: [String: String] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0.address) })

    private static let addresses = Dictionary(
        uniqueKeysWithValues: allCases.map { asset in
            let digest = SHA256.hash(data: asset.bytes).prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return (asset, "/assets/\(digest)/\(asset.rawValue)")
        })

    /// An old address gets the present file, but is not kept.
    static func add(to routes: RouterGroup<PageContext>) {
        for asset in allCases {
            routes.get("assets/:digest/\(asset.rawValue)") { request, _ in
                let isPresent = request.uri.path == asset.address
                return Response(
                    status: .ok,
                    headers: [
                        .contentType: asset.mediaType,
                        .cacheControl: isPresent ? "public, max-age=31536000, immutable" : "no-store",
                    ], body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
            }
        }
    }
}
