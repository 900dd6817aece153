// The failure catalogue as its users see it: names, counts, and texts that are there in both languages.
#include "eidkern/failure.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "support/raised_codes.h"

using namespace eidkern;

namespace
{

constexpr std::size_t documented = 139, live = 91, additions = 2;

constexpr std::array<std::string_view, 8> minors{"/al/common#unknownError",
                                                 "/al/common#noPermission",
                                                 "/al/common#internalError",
                                                 "/al/common#parameterError",
                                                 "/al/common#communicationError",
                                                 "/dp#trustedChannelEstablishmentFailed",
                                                 "/il/signature#invalidCertificatePath",
                                                 "/sal#cancellationByUser"};

// Raised where no eID-Server listens, or without a status of their own.
constexpr std::array withoutMinor{FailureCode::Generic_Send_Receive_Paos_Unhandled,
                                  FailureCode::Change_Pin_No_SetEidPinCommand_Response,
                                  FailureCode::Start_Ifd_Service_Failed,
                                  FailureCode::Prepare_Pace_Ifd_Unknown,
                                  FailureCode::Establish_Pace_Ifd_Unknown,
                                  FailureCode::Enter_Pace_Password_Ifd_User_Cancelled,
                                  FailureCode::Enter_New_Pace_Pin_Ifd_User_Cancelled};

QByteArray text(std::string_view view) { return {view.data(), qsizetype(view.size())}; }

} // namespace

class FailureCatalogueTest : public QObject
{
    Q_OBJECT

private slots:
    void counts()
    {
        const auto all = failureCatalogue();
        QCOMPARE(all.size(), documented + additions);
        QCOMPARE(std::size_t(std::ranges::count(all, true, &FailureEntry::addition)), additions);
        QCOMPARE(std::size_t(std::ranges::count_if(all, [](const auto& entry) { return entry.live && !entry.addition; })), live);
        for (const auto& entry : all.last(additions)) QVERIFY2(entry.live && entry.addition, text(entry.name));
    }

    void everyCodeIsFoundByItsName()
    {
        const auto all = failureCatalogue();
        for (std::size_t i = 0; i < all.size(); ++i)
        {
            const auto code = FailureCode(i);
            QCOMPARE(&describe(code), &all[i]);
            QVERIFY2(failureCode(all[i].name) == code, text(all[i].name)); // so names are unique, too
            QCOMPARE(name(code), all[i].name);
        }
    }

    void enumeratorsAreSpelledLikeTheirNames()
    {
#define SPELLED(code) QCOMPARE(name(FailureCode::code), std::string_view(#code))
        SPELLED(User_Cancelled);
        SPELLED(Get_TcToken_ServiceUnavailable);
        SPELLED(Generic_Send_Receive_Service_Unavailable);
        SPELLED(Check_Refresh_Address_Service_Unavailable);
        SPELLED(Generic_Provider_Communication_ServiceUnavailable);
        SPELLED(Enter_New_Pace_Pin_Ifd_User_Cancelled);
        SPELLED(Check_Status_Unavailable);
        SPELLED(Change_Smart_Pin_Failed);
        SPELLED(Change_Pin_Unrecoverable);
        SPELLED(Establish_Pace_Channel_Unknown_Password_Id);
#undef SPELLED
    }

    void otherNamesAreNotFound()
    {
        for (const auto* other : {"", "user_cancelled", "User_Cancelled ", "User_Cancelle", "User_Cancelled_"}) QVERIFY(!failureCode(other));
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, describe(FailureCode(failureCatalogue().size())));
    }

    void liveCodesHaveEverythingInBothLanguages()
    {
        for (const auto& entry : failureCatalogue())
        {
            if (!entry.live) continue;
            const auto where = text(entry.name);
            QVERIFY2(!entry.state.empty(), where);
            QVERIFY2(!entry.cause(Language::German).empty() && !entry.cause(Language::English).empty(), where);
            QVERIFY2(entry.cause(Language::German) != entry.cause(Language::English), where);
            const auto german = entry.hints(Language::German), english = entry.hints(Language::English);
            QVERIFY2(!german.empty() && german.size() == english.size(), where);
            for (std::size_t i = 0; i < german.size(); ++i)
            {
                QVERIFY2(!german[i].empty() && !english[i].empty(), where);
                QVERIFY2(german[i] != english[i], where);
            }
        }
    }

    void causesOfLiveCodesTellThemApart()
    {
        std::set<std::string_view> german, english;
        for (const auto& entry : failureCatalogue())
        {
            if (!entry.live) continue;
            QVERIFY2(german.insert(entry.causeGerman).second, text(entry.name));
            QVERIFY2(english.insert(entry.causeEnglish).second, text(entry.name));
        }
    }

    void reservedCodesPromiseNothing()
    {
        for (const auto& entry : failureCatalogue())
        {
            if (entry.live) continue;
            QVERIFY2(entry.hintsGerman.empty() && entry.hintsEnglish.empty() && entry.minor.empty() && !entry.retry, text(entry.name));
            QVERIFY2(!entry.causeGerman.empty() && !entry.causeEnglish.empty(), text(entry.name));
        }
    }

    // Each documented live code is raised, ruled out by construction, or waits for a workflow.
    void liveCodesAreAccountedFor()
    {
        const auto raised = test::raisedCodes(EIDKERN_ROOT "/src");
        std::size_t reachable = 0, ruledOut = 0, waiting = 0;
        for (const auto& entry : failureCatalogue())
        {
            if (!entry.live) continue;
            const auto found = raised.find(std::string(entry.name));
            const bool is = found != raised.end();
            const int reasons = is + !entry.waiting.empty() + !entry.ruledOut.english.empty();
            QVERIFY2(reasons == 1, text(entry.name)
                                       + (is        ? ": raised, so it is not ruled out and not waiting"
                                          : reasons ? ": two reasons for not being raised"
                                                    : ": neither raised nor accounted for"));
            if (entry.addition) continue;
            reachable += is;
            ruledOut += !entry.ruledOut.english.empty();
            waiting += !entry.waiting.empty();
        }
        QCOMPARE(reachable + ruledOut, std::size_t(86));
        QCOMPARE(waiting, std::size_t(5));
        std::printf("codes raised: %zu, ruled out: %zu, waiting: %zu\n", raised.size(), ruledOut, waiting);
    }

    void eachCodeIsRaisedByOneFunction()
    {
        for (const auto& [code, functions] : test::raisedCodes(EIDKERN_ROOT "/src"))
        {
            std::string all;
            for (const auto& each : functions) all += "\n  " + each;
            QVERIFY2(functions.size() == 1, (code + " is raised by several functions:" + all).c_str());
            QVERIFY2(describe(*failureCode(code)).live, code.c_str());
        }
    }

    void raisedCodesAreFound_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<int>("functions");
        QTest::newRow("a function") << "namespace x\n{\nFailure f() { return failure(ports, FailureCode::Card_Removed); }\n}" << 1;
        QTest::newRow("two overloads") << "void f() { a(Card_Removed); }\nvoid f(int) { a(Card_Removed); }" << 2;
        QTest::newRow("members, a lambda, twice") << "class X : Y\n{\nvoid f() { if (a) { a([] { Card_Removed; }); } b(Card_Removed); }\n};" << 1;
        QTest::newRow("two members") << "struct X\n{\nX() : a_(1) { Card_Removed; }\nvoid f() { Card_Removed; }\n};" << 2;
        QTest::newRow("after a nested type") << "void f() { struct S { int a; }; }\nvoid g() { Card_Removed; }" << 1;
        QTest::newRow("comparisons") << "void f() { if (a == Card_Removed || Card_Removed != b) g(); switch (c) { case FailureCode::Card_Removed: return; } }"
                                     << 0;
        QTest::newRow("comment and text") << "void f() { g(\"Card_Removed\"); } // Card_Removed" << 0;
        QTest::newRow("outside") << "const auto x = Card_Removed;" << 1;
    }
    void raisedCodesAreFound()
    {
        QFETCH(QString, source);
        QFETCH(int, functions);
        std::map<std::string, std::set<std::string>> raised;
        test::addRaisedCodes("x.cpp", test::withoutCommentsAndStrings(source), raised);
        QCOMPARE(int(raised["Card_Removed"].size()), functions);
    }

    void whatHasToChangeFirst()
    {
        for (const auto& entry : failureCatalogue())
        {
            QVERIFY2(entry.changeId.empty() == !entry.live && entry.change.german.empty() == !entry.live && entry.change.english.empty() == !entry.live,
                     text(entry.name));
            if (entry.live) QCOMPARE(entry.retry, entry.changeId != "service" && entry.changeId != "program");
            QCOMPARE(entry.hintIds.size(), entry.hintsGerman.size());
        }
        QCOMPARE(describe(FailureCode::Card_Removed).changeId, std::string_view("contact"));
    }

    void similarCodesShareOneRule()
    {
        using enum FailureCode;
        const std::vector<std::vector<FailureCode>> similar{
            {Process_Certificates_From_Eac2_Cvc_Chain_Missing, Did_Authenticate_Eac2_Invalid_Cvc_Chain},
            {Certificate_Check_Failed_Hash_Missing_In_Description, Generic_Send_Receive_Certificate_Error},
            {Prepare_Pace_Ifd_Unknown, Establish_Pace_Ifd_Unknown},
            {Get_TcToken_Network_Error},
            {Generic_Send_Receive_Tls_Error, Generic_Send_Receive_Network_Error},
            {Check_Refresh_Address_Fatal_Tls_Error_Before_Reply, Check_Refresh_Address_Fatal_Tls_Error_After_Reply},
            {Card_Removed, Did_Authenticate_Eac1_Card_Command_Failed, Did_Authenticate_Eac2_Card_Command_Failed, Transmit_Card_Command_Failed},
            {Parse_TcToken_Invalid_Url, Get_TcToken_Invalid_Url},
            {Get_TcToken_Invalid_Redirect_Url, Get_TcToken_Invalid_Server_Reply},
            {Get_TcToken_Invalid_Ephemeral_Key_Length, Generic_Send_Receive_Invalid_Ephemeral_Key_Length, Check_Refresh_Address_Invalid_Ephemeral_Key_Length,
             Generic_Provider_Communication_Invalid_Ephemeral_Key_Length},
            {Start_Paos_Response_Error}};
        std::set<std::string_view> rules;
        for (const auto& codes : similar)
        {
            const auto& rule = describe(codes.front()).rule;
            QVERIFY(!rule.german.empty() && rules.insert(rule.english).second);
            for (const auto code : codes) QCOMPARE(describe(code).rule.english, rule.english);
        }
    }

    void minorsAreThoseThatAClientReports()
    {
        for (std::size_t i = 0; i < failureCatalogue().size(); ++i)
        {
            const auto& entry = failureCatalogue()[i];
            const bool none = !entry.live || std::ranges::count(withoutMinor, FailureCode(i)) == 1;
            QVERIFY2(none ? entry.minor.empty() : std::ranges::count(minors, entry.minor) == 1, text(entry.name));
        }
    }

    void onlyAUserCancelsOrACardGoesAway()
    {
        for (const auto& entry : failureCatalogue())
        {
            if (entry.minor != "/sal#cancellationByUser") continue;
            QVERIFY2(entry.origin == Origin::User || entry.name == "Card_Removed", text(entry.name));
        }
    }

    void someEntriesAsDocumented()
    {
        const auto& removed = describe(FailureCode::Card_Removed);
        QCOMPARE(removed.origin, Origin::Card);
        QCOMPARE(removed.minor, std::string_view("/sal#cancellationByUser"));
        QCOMPARE(removed.state, std::string_view("SendEac1, SendEac2, RelayApdus"));
        QVERIFY(removed.retry);

        const auto& hash = describe(FailureCode::Certificate_Check_Failed_Hash_Mismatch);
        QCOMPARE(hash.origin, Origin::Service);
        QCOMPARE(hash.minor, std::string_view("/al/common#parameterError"));
        QCOMPARE(hash.state, std::string_view("CheckService"));
        QVERIFY(!hash.retry);
    }
};

QTEST_GUILESS_MAIN(FailureCatalogueTest)
#include "failure_catalogue_test.moc"
