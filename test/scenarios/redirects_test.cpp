// Redirects of a service: how many are followed, counted by the service, for the result would be the same with twice as many; and
// which of the addresses counts for what.
#include <QTest>

#include "scenarios/login_bench.h"
#include "workflows/budgets.h"

using namespace eidkern;
using namespace eidkern::test;

class redirects_test : public QObject
{
    Q_OBJECT

    SystemRandom random;
    CountingScheduler scheduler;
    ManualClock clock{scheduler, dateOf(std::chrono::system_clock::now())};

    // The lab's redirector leads the client to itself, from its request `from` on. Its first one is for the token, the next for the
    // refresh address. The failure's code, and how often it was asked in this way.
    std::pair<FailureCode, int> login(int from)
    {
        std::unique_ptr<lab::Lab> lab;
        int asked = 0;
        lab::LabOptions options;
        options.site.redirectsToken = options.site.redirectsRefresh = true;
        options.trustedCscas = {card::testCscaCertificate()};
        options.faults.answer = [&](lab::Server server, int number, const lab::HttpRequest&, lab::HttpAnswer& answer) {
            if (server != lab::Server::Redirector || number < from) return;
            ++asked;
            answer.status = 302;
            answer.location = lab->redirectorOrigin() + "/again";
        };
        lab = lab::Lab::start(random, clock, std::move(options)).value();
        return {login(*lab, lab->tcTokenUrl()), asked};
    }

    static FailureCode login(const lab::Lab& lab, std::string url)
    {
        LoginBench bench(lab, cardFor(lab), {});
        bench.begin<Authentication>(std::move(url));
        const auto end = bench.finish();
        return end && end->failure ? end->failure->code : FailureCode::User_Cancelled;
    }

private Q_SLOTS:
    void toTheToken()
    {
        const auto [code, asked] = login(1);
        QCOMPARE(name(code), name(FailureCode::Get_TcToken_Invalid_Server_Reply));
        QCOMPARE(asked, budget::redirects); // and before them the eService itself
    }

    void fromTheRefreshAddress()
    {
        const auto [code, asked] = login(2);
        QCOMPARE(name(code), name(FailureCode::Check_Refresh_Address_Invalid_Http_Response));
        QCOMPARE(asked, budget::redirects);
    }

    void theFirstAndTheLastAddress() // PAOS goes on where the token came from; the service's origin is that of the first address
    {
        lab::LabOptions options;
        options.site.redirectsToken = options.site.redirectsRefresh = options.site.attached = true;
        const auto lab = lab::Lab::start(random, clock, std::move(options)).value();
        QCOMPARE(name(login(*lab, lab->redirectorOrigin() + "/tctoken")), name(FailureCode::Certificate_Check_Failed_Same_Origin_Policy_Violation));
    }
};

QTEST_GUILESS_MAIN(redirects_test)
#include "redirects_test.moc"
