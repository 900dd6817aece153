// A card with two trust points, and link certificates that help nobody.
#include <QTest>

#include "network/paos_codec.h"
#include "scenarios/login_bench.h"

using namespace eidkern;
using namespace eidkern::test;

class trust_points_test : public QObject
{
    Q_OBJECT

    SystemRandom random;
    CountingScheduler scheduler;
    ManualClock clock{scheduler, dateOf(std::chrono::system_clock::now())};

    Date inDays(int days) const { return dateOf(std::chrono::sys_days(daysOf(clock.today())) + std::chrono::days(days)); }

    CvCertificate root(const lab::Lab& lab, const EcKey& key, const EcKey& issuer, std::string car, std::string chr, int lastDay) const
    {
        return issueCvc({.car = std::move(car),
                         .chr = std::move(chr),
                         .chat = lab.cvca().chat,
                         .effective = inDays(-100),
                         .expiration = inDays(lastDay),
                         .withDomainParameters = true},
                        key, issuer);
    }

    static std::string codeOf(const std::optional<Finished>& end) { return !end ? "hangs" : end->failure ? std::string(name(end->failure->code)) : "success"; }

private Q_SLOTS:
    void thePreviousOneIsTried() // the current one is of a CVCA that the service does not know
    {
        const auto lab = labFor(random, clock);
        const auto key = generateKey(Curve::brainpoolP256r1(), random);
        const auto other = root(*lab, key, key, "DEOTHERCVCA00001", "DEOTHERCVCA00001", 100);
        const std::vector points{TrustAnchor::parse(other.whole).value(), TrustAnchor::parse(lab->cvca().whole).value()};
        LoginBench bench(*lab, SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), points).value(), {});
        bench.begin<Authentication>(lab->tcTokenUrl());
        QCOMPARE(codeOf(bench.finish()), std::string("success"));
    }

    void anExpiredLinkIsNotLearned() // sent beside a chain that does not need it
    {
        std::optional<CvCertificate> link;
        lab::FaultScript faults;
        faults.answer = [&](lab::Server server, int, const lab::HttpRequest&, lab::HttpAnswer& answer) {
            if (server != lab::Server::EidServer) return;
            auto message = network::parseServerMessage(answer.body).value();
            if (auto* eac1 = std::get_if<paos::Eac1Input>(&message.body)) eac1->certificates.push_back(*link);
            answer.body = network::encode(message);
        };
        const auto lab = labFor(random, clock, faults);
        const auto key = generateKey(Curve::brainpoolP256r1(), random);
        for (const bool expired : {true, false})
        {
            link = root(*lab, key, lab->pki().cvcaKey, lab->cvca().chr, "DELABCVCA00009", expired ? -1 : 100);
            LoginBench bench(*lab, cardFor(*lab), {});
            bench.begin<Authentication>(lab->tcTokenUrl());
            QCOMPARE(codeOf(bench.finish()), std::string("success"));
            QCOMPARE(bench.user.learned.size(), std::size_t(expired ? 0 : 1));
        }
    }
};

QTEST_GUILESS_MAIN(trust_points_test)
#include "trust_points_test.moc"
