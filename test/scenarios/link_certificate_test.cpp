// A CVCA that has changed its key: the service's certificates lead to the client's trust anchor over a link certificate only.
#include <QTest>

#include "network/paos_codec.h"
#include "scenarios/changed_root.h"
#include "scenarios/login_bench.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

enum class Sends { InEac1, InEac2, BothInEac2, Forged, Never };

std::vector<CvCertificate> ordered(const std::vector<CvCertificate>& all, const std::vector<int>& order)
{
    std::vector<CvCertificate> out;
    for (const auto index : order) out.push_back(all.at(std::size_t(index)));
    return out;
}

} // namespace

class link_certificate_test : public QObject
{
    Q_OBJECT

    SystemRandom random;
    CountingScheduler scheduler;
    ManualClock clock{scheduler, dateOf(std::chrono::system_clock::now())};
    std::unique_ptr<lab::Lab> lab;
    std::optional<ChangedRoot> changed;
    Sends sends = Sends::Never;
    std::vector<int> order; // of the message's certificates; empty: as they are

    void meddle(lab::Server server, int number, lab::HttpAnswer& answer)
    {
        if (server != lab::Server::EidServer || number > 2) return;
        auto message = network::parseServerMessage(answer.body).value();
        if (auto* eac1 = std::get_if<paos::Eac1Input>(&message.body))
        {
            std::erase_if(eac1->certificates, &CvCertificate::isDv);
            eac1->certificates.push_back(changed->dv);
            if (sends == Sends::InEac1) eac1->certificates.push_back(changed->link);
            if (sends == Sends::Forged) eac1->certificates.push_back(changed->forged);
            if (sends == Sends::InEac1 && !order.empty()) eac1->certificates = ordered(eac1->certificates, order);
        }
        if (auto* eac2 = std::get_if<paos::Eac2Input>(&message.body); eac2 && sends == Sends::InEac2) eac2->certificates = {changed->link, changed->forged};
        if (auto* eac2 = std::get_if<paos::Eac2Input>(&message.body); eac2 && sends == Sends::BothInEac2)
            eac2->certificates = ordered({changed->link, *lab->pki().link}, order);
        answer.body = network::encode(message);
    }

    void freshLab(bool formerCvca = false)
    {
        lab::FaultScript faults;
        faults.answer = [this](lab::Server server, int number, const lab::HttpRequest&, lab::HttpAnswer& answer) { meddle(server, number, answer); };
        lab::LabOptions options;
        options.certificates.formerCvca = options.request.linkInEac2 = formerCvca;
        lab = labFor(random, clock, faults, std::move(options));
        changed.emplace(lab->pki(), random, clock.today());
    }

    struct Outcome
    {
        std::string code;
        std::vector<CvCertificate> learned;
    };
    Outcome login(std::vector<CvCertificate> links, std::optional<std::vector<CvCertificate>> trust = {})
    {
        return login(cardFor(*lab), links, std::move(trust));
    }
    Outcome login(SimulatedCard card, std::vector<CvCertificate> links, std::optional<std::vector<CvCertificate>> trust)
    {
        LoginBench bench(*lab, std::move(card), {}, std::move(trust));
        bench.ports.links = std::move(links);
        bench.begin<Authentication>(lab->tcTokenUrl());
        const auto end = bench.finish();
        if (!end) return {"hangs", {}};
        return {end->failure ? std::string(name(end->failure->code)) : "success", bench.user.learned};
    }

    CvCertificate newRoot() const
    {
        const auto& pki = lab->pki();
        const CvIssue what{.car = ChangedRoot::name,
                           .chr = ChangedRoot::name,
                           .chat = pki.cvca.chat,
                           .effective = inDays(clock.today(), -1),
                           .expiration = inDays(clock.today(), 300),
                           .withDomainParameters = true};
        return issueCvc(what, changed->key, changed->key);
    }

private Q_SLOTS:
    void init()
    {
        order.clear();
        freshLab();
    }

    void learnedOnce()
    {
        sends = Sends::InEac1;
        const auto outcome = login({});
        QCOMPARE(outcome.code, std::string("success"));
        QCOMPARE(outcome.learned.size(), std::size_t(1));
        QCOMPARE(outcome.learned[0].whole, changed->link.whole);
    }

    void aKnownOneIsNotTold()
    {
        sends = Sends::InEac1;
        const auto outcome = login({changed->link});
        QCOMPARE(outcome.code, std::string("success"));
        QVERIFY(outcome.learned.empty());
    }

    void aKnownOneIsEnough()
    {
        sends = Sends::Never;
        QCOMPARE(login({changed->link}).code, std::string("success"));
    }

    void withoutItTheServiceIsRefused()
    {
        sends = Sends::Never;
        QCOMPARE(login({}).code, std::string("Pre_Verification_Invalid_Certificate_Chain"));
    }

    void forgedOnes()
    {
        sends = Sends::Forged;
        const auto sent = login({});
        QCOMPARE(sent.code, std::string("Pre_Verification_Invalid_Certificate_Signature"));
        QVERIFY(sent.learned.empty());
    }

    void aForgedOneThatWasKeptHelpsNobody()
    {
        sends = Sends::Never;
        QCOMPARE(login({changed->forged}).code, std::string("Pre_Verification_Invalid_Certificate_Signature"));
    }

    void anyOrderInEac1() // terminal, document verifier, link
    {
        sends = Sends::InEac1;
        order = {0, 1, 2};
        do {
            freshLab();
            const auto outcome = login({});
            QCOMPARE(outcome.code, std::string("success"));
            QCOMPARE(outcome.learned.size(), std::size_t(1));
        } while (std::ranges::next_permutation(order).found);
    }

    void anyOrderInEac2() // two links from the card's trust point to the client's anchor
    {
        sends = Sends::BothInEac2;
        order = {0, 1};
        do {
            freshLab(true);
            const auto former = TrustAnchor::parse(lab->pki().formerCvca->whole).value();
            const auto card = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), {former}).value();
            const auto outcome = login(card, {}, std::vector{newRoot(), lab->pki().cvca});
            QCOMPARE(outcome.code, std::string("success"));
            QCOMPARE(card.state->reader.card()->trust().references(), (std::vector<std::string>{ChangedRoot::name, lab->pki().cvca.chr}));
        } while (std::ranges::next_permutation(order).found);
    }

    void inEac2() // the anchor is the new root already, the card's trust point still the old one
    {
        sends = Sends::InEac2;
        const auto outcome = login({}, std::vector{newRoot(), lab->pki().cvca});
        QCOMPARE(outcome.code, std::string("success"));
        QCOMPARE(outcome.learned.size(), std::size_t(1));
        QCOMPARE(outcome.learned[0].whole, changed->link.whole);
    }
};

QTEST_GUILESS_MAIN(link_certificate_test)
#include "link_certificate_test.moc"
