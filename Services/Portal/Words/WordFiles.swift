/// The message files, by page. Files of one name would share one place in the program, so that a file's name says both
/// its page and its language.
enum WordFiles {
    /// A new page has a line here and two files in `Texts`.
    private static let pages: [(page: String, english: [UInt8], german: [UInt8])] = [
        ("alert", PackageResources.alert_en_yaml, PackageResources.alert_de_yaml),
        ("alerts", PackageResources.alerts_en_yaml, PackageResources.alerts_de_yaml),
        ("attention", PackageResources.attention_en_yaml, PackageResources.attention_de_yaml),
        ("caseload", PackageResources.caseload_en_yaml, PackageResources.caseload_de_yaml),
        ("audit", PackageResources.audit_en_yaml, PackageResources.audit_de_yaml),
        ("chart", PackageResources.chart_en_yaml, PackageResources.chart_de_yaml),
        ("checkin", PackageResources.checkin_en_yaml, PackageResources.checkin_de_yaml),
        ("episode", PackageResources.episode_en_yaml, PackageResources.episode_de_yaml),
        ("fault", PackageResources.fault_en_yaml, PackageResources.fault_de_yaml),
        ("finding", PackageResources.finding_en_yaml, PackageResources.finding_de_yaml),
        ("format", PackageResources.format_en_yaml, PackageResources.format_de_yaml),
        ("frame", PackageResources.frame_en_yaml, PackageResources.frame_de_yaml),
        ("looks", PackageResources.looks_en_yaml, PackageResources.looks_de_yaml),
        ("my", PackageResources.my_en_yaml, PackageResources.my_de_yaml),
        ("preference", PackageResources.preference_en_yaml, PackageResources.preference_de_yaml),
        ("record", PackageResources.record_en_yaml, PackageResources.record_de_yaml),
        ("session", PackageResources.session_en_yaml, PackageResources.session_de_yaml),
        ("operations", PackageResources.operations_en_yaml, PackageResources.operations_de_yaml),
        ("signin", PackageResources.signin_en_yaml, PackageResources.signin_de_yaml),
        ("support", PackageResources.support_en_yaml, PackageResources.support_de_yaml),
        ("network", PackageResources.network_en_yaml, PackageResources.network_de_yaml),
        ("reflection", PackageResources.reflection_en_yaml, PackageResources.reflection_de_yaml),
        ("supervision", PackageResources.supervision_en_yaml, PackageResources.supervision_de_yaml),
    ]

    static var all: [WordFile] {
        pages.flatMap {
            [
                WordFile(page: $0.page, language: .english, bytes: $0.english),
                WordFile(page: $0.page, language: .german, bytes: $0.german),
            ]
        }
    }
}
