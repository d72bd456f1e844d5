extension SupportTree {
    /// Attune's own tree: at most two questions to a domain, so that a review takes minutes.
    ///
    /// A doubt counts as a reason to look: only a plain answer leads past a domain.
    public static let standard = SupportTree(
        checked: "attune-1",
        [
            SupportBranch(
                domain: .alliance,
                questions: [
                    question(
                        "alliance.bond", "Does the client feel heard and at ease with you?",
                        fine: .yes, next: "alliance.goals"),
                    question(
                        "alliance.goals", "Do you and the client agree on what the work is for and how to go about it?",
                        fine: .yes),
                ],
                actions: [
                    action(
                        "alliance.talk", "Talk with the client about how the work together feels, and what to change."),
                    action("alliance.goals", "Set goals and tasks anew, together and in the client's words."),
                    action("alliance.repair", "Name a strain or misunderstanding and repair it before going on."),
                    action("alliance.supervision", "Take a recorded or recalled session to supervision."),
                ]),
            SupportBranch(
                domain: .motivation,
                questions: [
                    question(
                        "motivation.wish", "Does the client want this change now, for reasons of their own?",
                        fine: .yes, next: "motivation.part"),
                    question(
                        "motivation.part", "Does the client take an active part between and within sessions?",
                        fine: .yes),
                ],
                actions: [
                    action("motivation.readiness", "Fit the next step to how ready the client is for it."),
                    action("motivation.ambivalence", "Explore both sides of the wish to change, without pressing."),
                    action("motivation.preferences", "Go through the client's preferences and follow the strong ones."),
                ]),
            SupportBranch(
                domain: .socialSupport,
                questions: [
                    question(
                        "social.people", "Does the client have people to turn to when it is hard?", fine: .yes,
                        next: "social.use"),
                    question("social.use", "Does the client turn to them, and does it help?", fine: .yes),
                ],
                actions: [
                    action("social.invite", "Invite somebody the client trusts into the work, if the client wishes."),
                    action("social.skills", "Practise how to ask for help and how to be with others."),
                    action("social.connect", "Connect the client with a group, a peer or a community service."),
                ]),
            SupportBranch(
                domain: .lifeEventsAndFit,
                questions: [
                    question(
                        "events.burden", "Has something happened outside the work that weighs on the client?",
                        fine: .no, next: "events.fit"),
                    question(
                        "events.fit", "Do your view of the problem and the treatment still fit what you see?",
                        fine: .yes),
                ],
                actions: [
                    action("events.respond", "Give the event its place first, and help with what is practical."),
                    action("events.formulate", "Work out anew what keeps the problem going."),
                    action("events.change", "Change the approach, the frequency or the setting."),
                    action("events.consult", "Consult a colleague who works in another way."),
                ]),
            SupportBranch(
                domain: .higherLevelOfCare,
                questions: [
                    question(
                        "care.danger", "Is there any sign of danger to the client or to others?", fine: .no,
                        next: "care.more"),
                    question(
                        "care.more", "Could medication, a psychiatric opinion or more intensive care help now?",
                        fine: .no),
                ],
                actions: [
                    action("care.risk", "Review the risk now, by the site's own procedure."),
                    action("care.medical", "Ask for a medical or psychiatric opinion."),
                    action("care.intensive", "Offer more frequent or more intensive care."),
                    action("care.hand-over", "Hand over to another clinician or service, together with the client."),
                ]),
        ])

    /// A question with one plain answer that speaks for itself; every other leads to the domain's actions.
    private static func question(
        _ id: String, _ text: String, fine: SupportAnswer, next: String? = nil
    ) -> SupportQuestion {
        let onwards = next.map { SupportStep.ask(SupportQuestionID(unchecked: $0)) } ?? .clear
        func step(_ answer: SupportAnswer) -> SupportStep { answer == fine ? onwards : .attention }
        return SupportQuestion(
            id: SupportQuestionID(unchecked: id), text: text, yes: step(.yes), partly: step(.partly),
            no: step(.no), unsure: step(.unsure))
    }

    private static func action(_ id: String, _ text: String) -> SupportAction {
        SupportAction(id: SupportActionID(unchecked: id), text: text)
    }
}
