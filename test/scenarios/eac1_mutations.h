// What a wrong or hostile service may say about itself in EAC1: each mutation is one lie that the client must find.
#pragma once
#include <QString>
#include <functional>
#include <map>

#include "core/cvc.h"
#include "lab/pki.h"
#include "network/paos_codec.h"

namespace eidkern::test
{

class Eac1Mutation
{
public:
    Eac1Mutation(const lab::LabPki& pki, Date today) : pki_(pki), today_(today) {}

    std::string apply(const QString& name, const std::string& paos) const // the message with the lie in it
    {
        auto message = network::parseServerMessage(paos).value();
        auto& eac1 = std::get<paos::Eac1Input>(message.body);
        lies().at(name)(*this, eac1);
        return network::encode(message);
    }

private:
    using Lie = std::function<void(const Eac1Mutation&, paos::Eac1Input&)>;

    static const std::map<QString, Lie>& lies()
    {
        static const std::map<QString, Lie> all{
            {"no description",
             [](const Eac1Mutation&, auto& e) {
                 e.descriptionDer.clear();
                 e.description.reset();
             }},
            {"another description",
             [](const Eac1Mutation&, auto& e) {
                 auto d = *e.description;
                 d.subjectName = "Somebody else";
                 e.descriptionDer = encode(d);
             }},
            {"no subject URL", [](const Eac1Mutation& m, auto& e) { m.describe(e, [](auto& d) { d.subjectUrl.clear(); }); }},
            {"another origin", [](const Eac1Mutation& m, auto& e) { m.describe(e, [](auto& d) { d.subjectUrl = "https://127.0.0.1:1"; }); }},
            {"the eID-Server's certificate is not listed",
             [](const Eac1Mutation& m, auto& e) {
                 m.describe(e, [&](auto& d) { std::erase(d.commCertificates, hash(HashAlgorithm::Sha256, lab::der(m.pki_.eidServerCertificate))); });
             }},
            {"the eService's certificate is not listed",
             [](const Eac1Mutation& m, auto& e) {
                 m.describe(e, [&](auto& d) { std::erase(d.commCertificates, hash(HashAlgorithm::Sha256, lab::der(m.pki_.eServiceCertificate))); });
             }},
            {"no certificate is listed", [](const Eac1Mutation& m, auto& e) { m.describe(e, [](auto& d) { d.commCertificates.clear(); }); }},
            {"no AT", [](const Eac1Mutation&, auto& e) { std::erase_if(e.certificates, [](auto& c) { return c.isTerminal(); }); }},
            {"no DV", [](const Eac1Mutation&, auto& e) { std::erase_if(e.certificates, [](auto& c) { return c.isDv(); }); }},
            {"no link", [](const Eac1Mutation&, auto& e) { std::erase_if(e.certificates, [](auto& c) { return c.isCvca(); }); }},
            {"two ATs", [](const Eac1Mutation& m, auto& e) { e.certificates.push_back(m.pki_.at); }},
            {"two DVs", [](const Eac1Mutation& m, auto& e) { e.certificates.push_back(m.pki_.dv); }},
            {"AT signature", [](const Eac1Mutation&, auto& e) { forge(e, &CvCertificate::isTerminal); }},
            {"DV signature", [](const Eac1Mutation&, auto& e) { forge(e, &CvCertificate::isDv); }},
            {"AT expired yesterday", [](const Eac1Mutation& m, auto& e) { m.reissue(e, hash(HashAlgorithm::Sha256, e.descriptionDer), -10, -1); }},
            {"AT valid from tomorrow", [](const Eac1Mutation& m, auto& e) { m.reissue(e, hash(HashAlgorithm::Sha256, e.descriptionDer), 1, 10); }},
            {"AT without a hash", [](const Eac1Mutation& m, auto& e) { m.reissue(e, {}, -1, 10); }},
        };
        return all;
    }

    template<typename Change>
    void describe(paos::Eac1Input& eac1, Change change) const // with an AT that vouches for it
    {
        auto description = *eac1.description;
        change(description);
        eac1.descriptionDer = encode(description);
        reissue(eac1, hash(HashAlgorithm::Sha256, eac1.descriptionDer), -1, 10);
    }

    void reissue(paos::Eac1Input& eac1, Bytes descriptionHash, int from, int until) const
    {
        const auto day = [this](int days) { return dateOf(std::chrono::sys_days(daysOf(today_)) + std::chrono::days(days)); };
        const auto& old = pki_.at;
        std::erase_if(eac1.certificates, [](auto& c) { return c.isTerminal(); });
        eac1.certificates.push_back(issueCvc(
            {.car = old.car, .chr = old.chr, .chat = old.chat, .effective = day(from), .expiration = day(until), .descriptionHash = std::move(descriptionHash)},
            pki_.atKey, pki_.dvKey));
    }

    static void forge(paos::Eac1Input& eac1, bool (CvCertificate::*which)() const)
    {
        for (auto& each : eac1.certificates)
            if ((each.*which)()) each.whole.back() ^= 1;
    }

    const lab::LabPki& pki_;
    Date today_;
};

} // namespace eidkern::test
