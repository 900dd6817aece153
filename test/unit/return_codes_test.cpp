// The return codes of PC/SC and PKCS#11 as their users see them: numbers, texts, what a login makes of them, and which comes first.
#include "eidkern/return_codes.h"

#include <QtTest>
#include <algorithm>
#include <set>

using namespace eidkern;

namespace
{

QByteArray text(std::string_view view) { return {view.data(), qsizetype(view.size())}; }

std::string_view failureIn(std::string_view phase, std::string_view code)
{
    for (const auto& each : scardCode(code)->failures)
        if (each.phase == phase) return name(each.code);
    return "";
}

} // namespace

class return_codes_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scardNumbersAndNames()
    {
        const auto all = scardCodes();
        QCOMPARE(all.size(), std::size_t(67));
        QVERIFY(std::ranges::is_sorted(all, std::ranges::less_equal(), &ScardCode::value)); // so none is there twice
        for (const auto& each : all)
        {
            QCOMPARE(scardCode(each.name), &each);
            QCOMPARE(scardCodes(each.value).front(), &each);
            if (each.value != 0) QCOMPARE(each.value >> 16, 0x8010u);
        }
        QCOMPARE(scardCode("SCARD_S_SUCCESS")->value, 0u);
        QCOMPARE(scardCode("SCARD_E_READER_UNSUPPORTED")->value, 0x8010001Au);
        QCOMPARE(scardCode("SCARD_E_READ_ONLY_CARD")->value, 0x80100034u);
        QCOMPARE(scardCode("SCARD_W_CACHE_ITEM_TOO_BIG")->value, 0x80100072u);
        QVERIFY(!scardCode("") && !scardCode("SCARD_W_REMOVED") && !scardCode("scard_w_removed_card"));
    }

    void severityStandsInTheName()
    {
        const std::map<char, std::string_view> severities{{'S', "success"}, {'F', "fatal"}, {'E', "error"}, {'W', "warning"}, {'P', "informational"}};
        for (const auto& each : scardCodes()) QCOMPARE(each.severity, severities.at(each.name[6]));
    }

    void whereThePlatformsDiffer()
    {
        const auto* feature = scardCode("SCARD_E_UNSUPPORTED_FEATURE");
        QCOMPARE(feature->value, 0x80100022u);
        QCOMPARE(feature->pcscLiteValue, 0x8010001Fu);
        const auto both = scardCodes(0x8010001F); // Windows' meaning first
        QCOMPARE(both.size(), std::size_t(2));
        QCOMPARE(both[0]->name, std::string_view("SCARD_E_UNEXPECTED"));
        QCOMPARE(both[1], feature);
        QCOMPARE(std::ranges::count_if(scardCodes(), [](const auto& each) { return each.pcscLiteValue != each.value; }), 1);
        QCOMPARE(scardCode("SCARD_E_UNKNOWN_RES_MNG"), scardCode("SCARD_E_UNKNOWN_RES_MSG"));
        QCOMPARE(std::ranges::count(scardCodes(), std::string_view("missing"), &ScardCode::pcscLite), 6);
    }

    void unknownCodesKeepTheirNumber()
    {
        QCOMPARE(scardText(0x80100069), std::string("SCARD_W_REMOVED_CARD (0x80100069)"));
        QCOMPARE(scardText(0), std::string("SCARD_S_SUCCESS (0x00000000)"));
        QCOMPARE(scardText(0x6D), std::string("0x0000006D"));
        QCOMPARE(scardText(0xFFFFFFFF), std::string("0xFFFFFFFF"));
        QVERIFY(scardCodes(0x1234).empty());
    }

    void scardTextsAreThereInBothLanguages()
    {
        std::set<std::string_view> german, english;
        for (const auto& each : scardCodes())
        {
            QVERIFY2(german.insert(each.meaning.german).second && english.insert(each.meaning.english).second, text(each.name));
            QVERIFY2(!each.meaning.german.empty() && !each.meaning.english.empty() && each.meaning.german != each.meaning.english, text(each.name));
            QVERIFY2(!each.retry.id.empty() && !each.retry.text.german.empty() && !each.retry.text.english.empty(), text(each.name));
            QVERIFY2(!each.operations.empty(), text(each.name));
            for (const auto& hint : each.hints) QVERIFY2(!hint.id.empty() && !hint.text.german.empty() && !hint.text.english.empty(), text(each.name));
        }
    }

    void whatALoginMakesOfThem()
    {
        using namespace std::string_view_literals;
        // a card that is gone is waited for before PACE, and is the end after it
        QCOMPARE(failureIn("connect", "SCARD_W_REMOVED_CARD"), ""sv);
        QCOMPARE(failureIn("pace", "SCARD_W_REMOVED_CARD"), ""sv);
        for (const auto phase : {"eac1", "eac2", "transmit"}) QCOMPARE(failureIn(phase, "SCARD_W_REMOVED_CARD"), "Card_Removed"sv);
        QCOMPARE(failureIn("connect", "SCARD_E_SHARING_VIOLATION"), "Connect_Card_Connection_Failed"sv);
        QCOMPARE(failureIn("pace", "SCARD_W_RESET_CARD"), "Maintain_Card_Connection_Pace_Unrecoverable"sv);
        QCOMPARE(failureIn("eac1", "SCARD_W_RESET_CARD"), "Did_Authenticate_Eac1_Card_Command_Failed"sv);
        QCOMPARE(failureIn("eac2", "SCARD_E_INSUFFICIENT_BUFFER"), "Did_Authenticate_Eac2_Card_Command_Failed"sv);
        QCOMPARE(failureIn("transmit", "SCARD_E_NOT_TRANSACTED"), "Transmit_Card_Command_Failed"sv);
        QCOMPARE(failureIn("pace", "SCARD_W_CANCELLED_BY_USER"), "Establish_Pace_Channel_User_Cancelled"sv);
        // the usual end of a wait, and what never comes from an operation of ours
        for (const auto code : {"SCARD_S_SUCCESS", "SCARD_E_TIMEOUT", "SCARD_E_CANCELLED", "SCARD_E_FILE_NOT_FOUND", "SCARD_W_WRONG_CHV"})
            QVERIFY2(scardCode(code)->failures.empty(), code);
    }

    void ckrNumbersAndNames()
    {
        const auto all = ckrCodes();
        QCOMPARE(all.size(), std::size_t(104));
        QVERIFY(std::ranges::is_sorted(all, std::ranges::less_equal(), &CkrCode::value));
        for (const auto& each : all)
        {
            QCOMPARE(ckrCode(each.name), &each);
            QCOMPARE(ckrCode(each.value), &each);
            QVERIFY2(!each.meaning.german.empty() && !each.meaning.english.empty() && each.meaning.german != each.meaning.english, text(each.name));
        }
        QCOMPARE(ckrCode("CKR_PIN_INCORRECT")->value, 0xA0u);
        QCOMPARE(ckrCode("CKR_PIN_TOO_WEAK")->value, 0x1B8u);
        QCOMPARE(ckrCode("CKR_ACTION_PROHIBITED")->value, 0x1Bu);
        QCOMPARE(ckrCode("CKR_TOKEN_NOT_INITIALIZED")->value, 0x208u);
        QVERIFY(!ckrCode("CKR_PIN") && !ckrCode(0x4) && !ckrCode(0x7FFFFFFF));
        for (const std::uint32_t own : {0x80000000u, 0x80000001u, 0xFFFFFFFFu}) QCOMPARE(ckrCode(own)->name, std::string_view("CKR_VENDOR_DEFINED"));
    }

    void ckrOrderOfTheGroups()
    {
        const std::vector<std::vector<std::string_view>> chains{{"CKR_GENERAL_ERROR", "CKR_HOST_MEMORY", "CKR_FUNCTION_FAILED", "CKR_OPERATION_NOT_VALIDATED",
                                                                 "CKR_SESSION_HANDLE_INVALID", "CKR_DEVICE_REMOVED", "CKR_SESSION_CLOSED", "CKR_DEVICE_MEMORY",
                                                                 "CKR_DEVICE_ERROR", "CKR_TOKEN_NOT_PRESENT", "CKR_TOKEN_NOT_INITIALIZED", "CKR_ARGUMENTS_BAD",
                                                                 "CKR_OK"}};
        for (const auto& chain : chains)
            for (std::size_t i = 0; i < chain.size(); ++i)
                for (std::size_t j = i + 1; j < chain.size(); ++j) QVERIFY2(ckrComesFirst(chain[i], chain[j]), text(chain[i]) + " before " + text(chain[j]));
        // a function with a session says that the session is gone, never that the token is
        QVERIFY(ckrComesFirst("CKR_SESSION_HANDLE_INVALID", "CKR_TOKEN_NOT_PRESENT"));
    }

    void ckrOrderOfPairs()
    {
        for (const auto& [first, then] : {std::pair{"CKR_DATA_LEN_RANGE", "CKR_DATA_INVALID"},
                                          {"CKR_ENCRYPTED_DATA_LEN_RANGE", "CKR_ENCRYPTED_DATA_INVALID"},
                                          {"CKR_SIGNATURE_LEN_RANGE", "CKR_SIGNATURE_INVALID"},
                                          {"CKR_WRAPPED_KEY_LEN_RANGE", "CKR_WRAPPED_KEY_INVALID"},
                                          {"CKR_KEY_TYPE_INCONSISTENT", "CKR_KEY_FUNCTION_NOT_PERMITTED"},
                                          {"CKR_TOKEN_WRITE_PROTECTED", "CKR_SESSION_READ_ONLY"},
                                          {"CKR_RANDOM_NO_RNG", "CKR_RANDOM_SEED_NOT_SUPPORTED"},
                                          {"CKR_OPERATION_NOT_INITIALIZED", "CKR_STATE_UNSAVEABLE"},
                                          {"CKR_EXCEEDED_MAX_ITERATIONS", "CKR_FUNCTION_FAILED"},
                                          {"CKR_FIPS_SELF_TEST_FAILED", "CKR_GENERAL_ERROR"},
                                          {"CKR_PIN_LEN_RANGE", "CKR_PIN_TOO_WEAK"},
                                          {"CKR_PUBLIC_KEY_INVALID", "CKR_MECHANISM_PARAM_INVALID"}})
            QVERIFY2(ckrComesFirst(first, then) && !ckrComesFirst(then, first), first);
        QVERIFY(!ckrComesFirst("CKR_PIN_LOCKED", "CKR_PIN_EXPIRED") && !ckrComesFirst("CKR_PIN_EXPIRED", "CKR_PIN_LOCKED")); // either may be
    }

    void ckrOrderNeverContradictsItself()
    {
        for (const auto& a : ckrCodes())
            for (const auto& b : ckrCodes()) QVERIFY2(!(ckrComesFirst(a.name, b.name) && ckrComesFirst(b.name, a.name)), text(a.name) + " " + text(b.name));
    }

    void ckrCodesOfCertainFunctions()
    {
        const auto only = [](std::string_view name) { return ckrCode(name)->only; };
        QCOMPARE(only("CKR_USER_PIN_NOT_INITIALIZED").front(), std::string_view("C_Login"));
        QCOMPARE(only("CKR_RANDOM_NO_RNG").size(), std::size_t(2));
        QVERIFY(only("CKR_PIN_INCORRECT").empty());
        for (const auto& list : ckrAlike())
            for (const auto name : list) QVERIFY2(ckrCode(name), text(name));
    }
};

QTEST_GUILESS_MAIN(return_codes_test)
#include "return_codes_test.moc"
