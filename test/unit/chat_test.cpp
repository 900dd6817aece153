// The CHAT: bit and name of every right (TR-03110-4 2.2.3), roles, reading and writing.
#include <QTest>

#include <algorithm>
#include <set>

#include "core/chat.h"

using namespace eidkern;

static Bytes h(const std::string& hex) { return fromHex(hex).value(); }

static constexpr const char* terminal = "060904007f000703010202"; // id-AT as a TLV

static Bytes chatOf(const std::string& bits) // five bytes
{
    return h("7f4c12" + std::string(terminal) + "5305" + bits);
}

class chat_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bitsAndNames_data()
    {
        QTest::addColumn<QString>("bits");
        QTest::addColumn<QString>("name");
        for (const auto& [bits, name] : {std::pair{"0000000001", "AgeVerification"},
                                         {"0000000002", "AddressVerification"},
                                         {"0000000004", "Pseudonym"},
                                         {"0000000008", "PrivilegedTerminal"},
                                         {"0000000010", "CanAllowed"},
                                         {"0000000020", "PinManagement"},
                                         {"0000000040", "InstallCertificate"},
                                         {"0000000080", "InstallQualifiedCertificate"},
                                         {"0000000100", "DocumentType"},
                                         {"0000000200", "IssuingCountry"},
                                         {"0000000400", "ValidUntil"},
                                         {"0000000800", "GivenNames"},
                                         {"0000001000", "FamilyName"},
                                         {"0000002000", "ArtisticName"},
                                         {"0000004000", "DoctoralDegree"},
                                         {"0000008000", "DateOfBirth"},
                                         {"0000010000", "PlaceOfBirth"},
                                         {"0000020000", "Nationality"},
                                         {"0000040000", "Sex"},
                                         {"0000100000", "BirthName"},
                                         {"0000400000", "DateOfIssuance"},
                                         {"0001000000", "Address"},
                                         {"0002000000", "CommunityID"},
                                         {"0004000000", "ResidencePermitI"},
                                         {"0008000000", "ResidencePermitII"},
                                         {"0040000000", "PseudonymousSignature"},
                                         {"0400000000", "WriteResidencePermitII"},
                                         {"0800000000", "WriteResidencePermitI"},
                                         {"1000000000", "WriteCommunityID"},
                                         {"2000000000", "WriteAddress"}})
            QTest::newRow(name) << bits << name;
    }
    void bitsAndNames()
    {
        QFETCH(QString, bits);
        QFETCH(QString, name);
        const auto chat = parseChat(chatOf(bits.toStdString()));
        const auto right = rightNamed(name.toStdString());
        QVERIFY(chat && right);
        QVERIFY(chat->rights == Rights{*right});
        QCOMPARE(eidkern::name(*right), std::string_view(name.toStdString()));
        QVERIFY(same(encode(Chat::forTerminal({*right})), chatOf(bits.toStdString())));
    }

    void rightsWithoutAName()
    {
        int named = 0;
        std::set<std::string_view> names;
        for (int bit = 0; bit < 38; ++bit)
        {
            const auto text = name(Right(bit));
            if (text == "Reserved") continue;
            ++named;
            names.insert(text);
            QVERIFY(rightNamed(text) == Right(bit));
        }
        QCOMPARE(named, 30);
        QCOMPARE(names.size(), std::size_t(30)); // each name once
        for (const char* unknown : {"", "Reserved", "familyname", "FamilyName ", "DG5"}) QVERIFY(!rightNamed(unknown));
    }

    void rightsThatPeopleAreAskedFor()
    {
        const auto& asked = displayableRights();
        QCOMPARE(asked.size(), std::size_t(25));
        QCOMPARE(std::set<Right>(asked.begin(), asked.end()).size(), std::size_t(25));
        QCOMPARE(int(asked.front()), int(readRight(5)));
        QCOMPARE(int(asked.back()), int(Right::PinManagement));
        for (const auto never : {Right::CanAllowed, Right::Privileged, Right::ReadDg11, Right::ReadDg21, Right::PseudonymousSignature, Right::WriteDg22})
            QVERIFY(std::ranges::find(asked, never) == asked.end());
    }

    void dataGroupsAndTheirBits()
    {
        QCOMPARE(int(readRight(1)), int(Right::ReadDg1));
        QCOMPARE(int(readRight(22)), int(Right::ReadDg22));
        QCOMPARE(int(Right::ReadDg22), 29);
        QCOMPARE(int(Right::WriteDg22), 32);
        QCOMPARE(int(Right::WriteDg17), 37);
    }

    void rightsAreASet()
    {
        constexpr Rights a{Right::ReadDg4, Right::ReadDg5}, b{Right::ReadDg5, Right::AgeVerification};
        static_assert((a & b) == Rights{Right::ReadDg5});
        static_assert((a | b).contains(a) && !a.contains(b));
        static_assert((a - b) == Rights{Right::ReadDg4});
        static_assert(Rights().empty() && !a.empty() && a.contains(Rights()));
        Rights c = a;
        c.add(Right::WriteDg17).remove(Right::ReadDg4);
        QVERIFY(c.has(Right::WriteDg17) && !c.has(Right::ReadDg4) && c.has(Right::ReadDg5));
        QCOMPARE(Rights(~std::uint64_t(0)).bits(), std::uint64_t(0x3FFFFFFFFF)); // the role is no part of it
    }

    void roles_data()
    {
        QTest::addColumn<int>("role");
        QTest::addColumn<QString>("bits");
        QTest::newRow("terminal") << int(Role::Terminal) << "3fffffffff";
        QTest::newRow("DV, foreign or not official") << int(Role::DvForeign) << "7fffffffff";
        QTest::newRow("DV, official") << int(Role::DvOfficial) << "bfffffffff";
        QTest::newRow("CVCA") << int(Role::Cvca) << "ffffffffff";
    }
    void roles()
    {
        QFETCH(int, role);
        QFETCH(QString, bits);
        const auto bytes = chatOf(bits.toStdString());
        const auto chat = parseChat(bytes);
        QVERIFY(chat && chat->isAuthenticationTerminal());
        QCOMPARE(int(chat->role), role);
        QCOMPARE(chat->rights.bits(), std::uint64_t(0x3FFFFFFFFF));
        QVERIFY(same(encode(*chat), bytes));
        QVERIFY(same(encode(Chat::of(Role(role), chat->rights)), bytes));
    }

    void otherTerminalTypes_data() // one byte, of which only the role is read
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<int>("role");
        QTest::newRow("inspection system") << "7f4c0e060904007f0007030102015301"
                                              "23"
                                           << int(Role::Terminal);
        QTest::newRow("inspection system, CVCA") << "7f4c0e060904007f0007030102015301"
                                                    "e3"
                                                 << int(Role::Cvca);
        QTest::newRow("signature terminal, DV") << "7f4c0e060904007f0007030102035301"
                                                   "83"
                                                << int(Role::DvOfficial);
    }
    void otherTerminalTypes()
    {
        QFETCH(QString, input);
        const auto chat = parseChat(h(input.toStdString()));
        QVERIFY(chat && !chat->isAuthenticationTerminal() && chat->rights.empty());
        QTEST(int(chat->role), "role");
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("input");
        const auto at = QString(terminal);
        QTest::newRow("nothing") << "";
        QTest::newRow("another tag") << "7f4e12" + at + "53050000000000";
        QTest::newRow("a byte behind it") << "7f4c12" + at + "5305000000000000";
        QTest::newRow("cut") << "7f4c12" + at + "530500000000";
        QTest::newRow("no bits") << "7f4c0b" + at;
        QTest::newRow("no type") << "7f4c0753050000000000";
        QTest::newRow("the other way round") << "7f4c1253050000000000" + at;
        QTest::newRow("bits twice") << "7f4c19" + at + "5305000000000053050000000000";
        QTest::newRow("bits under another tag") << "7f4c12" + at + "04050000000000";
        QTest::newRow("four bytes") << "7f4c11" + at + "530400000000";
        QTest::newRow("six bytes") << "7f4c13" + at + "5306000000000000";
        QTest::newRow("no bytes") << "7f4c0d" + at + "5300";
        QTest::newRow("one byte for an authentication terminal") << "7f4c0e" + at + "530100";
        QTest::newRow("five bytes for an inspection system") << "7f4c12060904007f00070301020153050000000000";
        QTest::newRow("an unknown type, one byte") << "7f4c0e060904007f000703010204530100";
        QTest::newRow("an unknown type, five bytes") << "7f4c12060904007f00070301020453050000000000";
        QTest::newRow("an empty type") << "7f4c0906005305"
                                          "0000000000";
    }
    void refuses()
    {
        QFETCH(QString, input);
        QVERIFY(!parseChat(h(input.toStdString())));
    }
};

QTEST_GUILESS_MAIN(chat_test)
#include "chat_test.moc"
