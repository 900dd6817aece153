#include "cli/doctor.h"

#include <QJsonArray>
#include <algorithm>

#include "cli/doctor_cards.h"
#include "cli/failure_text.h"

namespace eidkern::cli
{

static constexpr std::string_view healthIds[] = {"ok", "warn", "fail"};

std::vector<Check> examineMachine(const DoctorOptions& options)
{
    CardChecks cards; // pcscd answers while the others are looked at
    const auto kept = trustStoreIn(options.trustStore).all();
    std::vector<Check> others{trustCheck(kept, options.language), folderCheck(options.trustStore, options.language), portCheck(options.port, options.language),
                              proxyCheck(options.language), clockCheck(kept, options.language)};
    auto tls = tlsChecks(options.language);
    auto checks = cards.finish(options.language);
    for (auto* list : {&others, &tls}) std::ranges::move(*list, std::back_inserter(checks));
    return checks;
}

ExitCode exitCodeOf(const std::vector<Check>& checks)
{
    const auto worst = std::ranges::max_element(checks, {}, &Check::health); // the first of them
    if (worst == checks.end() || worst->health == Health::Good) return ExitCode::Success;
    return worst->health == Health::Failed ? worst->area : ExitCode::Warning;
}

QJsonObject jsonOf(const std::vector<Check>& checks)
{
    QJsonArray all;
    auto worst = Health::Good;
    for (const auto& each : checks)
    {
        worst = std::max(worst, each.health);
        QJsonObject object{
            {QStringLiteral("id"), q(each.id)}, {QStringLiteral("health"), q(healthIds[std::size_t(each.health)])}, {QStringLiteral("text"), q(each.says)}};
        if (!each.next.empty()) object.insert(u"next", q(each.next));
        if (!each.facts.isEmpty()) object.insert(u"facts", each.facts);
        all.append(object);
    }
    return {{QStringLiteral("event"), QStringLiteral("doctor")},
            {QStringLiteral("worst"), q(healthIds[std::size_t(worst)])},
            {QStringLiteral("exitCode"), int(exitCodeOf(checks))},
            {QStringLiteral("checks"), all}};
}

} // namespace eidkern::cli
