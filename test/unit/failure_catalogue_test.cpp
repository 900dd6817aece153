// The failure catalogue as its users see it: names, counts, and texts that are there in both languages.
#include "eidkern/failure.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

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
