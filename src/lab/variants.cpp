#include "lab/variants.h"

#include <algorithm>
#include <array>

namespace eidkern::lab
{

namespace
{

constexpr std::array all{
    // What the service asks of the card
    Variant{"pseudonym", "", "bietet an, das dienstspezifische Pseudonym zu lesen", "offers to read the pseudonym for this service",
            [](LabOptions& o) {
                if (!o.request.optional) o.request.optional.emplace();
                o.request.optional->add(Right::RestrictedIdentification);
            }},
    Variant{"document-validity", "", "lässt die Karte prüfen, ob sie noch gültig ist", "lets the card verify that it has not expired",
            [](LabOptions& o) { o.request.documentValidity = true; }},

    // CV certificates
    Variant{"rsa-pkcs1", "root", "CV-Zertifikate mit RSA (PKCS #1 v1.5, SHA-256)", "CV certificates with RSA (PKCS #1 v1.5, SHA-256)",
            [](LabOptions& o) { o.certificates.rsa = RsaPadding::Pkcs1; }},
    Variant{"rsa-pss", "root", "CV-Zertifikate mit RSA (PSS, SHA-256)", "CV certificates with RSA (PSS, SHA-256)",
            [](LabOptions& o) { o.certificates.rsa = RsaPadding::Pss; }},
    Variant{"link", "root", "eine frühere CVCA; das Link-Zertifikat kommt mit EAC1", "a former CVCA; its link certificate comes with EAC1",
            [](LabOptions& o) { o.certificates.formerCvca = true; }},
    Variant{"link-in-eac2", "root", "eine frühere CVCA; das Link-Zertifikat kommt erst mit EAC2", "a former CVCA; its link certificate comes with EAC2 only",
            [](LabOptions& o) { o.certificates.formerCvca = o.request.linkInEac2 = true; }},
    Variant{"description-html", "description", "die Beschreibung des Dienstes als HTML", "the description of the service as HTML",
            [](LabOptions& o) { o.certificates.description = DescriptionFormat::Html; }},
    Variant{"description-pdf", "description", "die Beschreibung des Dienstes als PDF", "the description of the service as PDF",
            [](LabOptions& o) { o.certificates.description = DescriptionFormat::Pdf; }},

    // The way to the servers
    Variant{"attached", "", "der eID-Server spricht auf der TLS-Sitzung des tcTokens, ohne PSK",
            "the eID-Server speaks on the tcToken's TLS session, without PSK", [](LabOptions& o) { o.site.attached = true; }},
    Variant{"redirect-token", "", "das tcToken kommt über einen anderen Server", "the tcToken comes over a host of another origin",
            [](LabOptions& o) { o.site.redirectsToken = true; }},
    Variant{"redirect-refresh", "", "die Rücksprungadresse führt über einen anderen Server", "the refresh address leads over a host of another origin",
            [](LabOptions& o) { o.site.redirectsRefresh = true; }},

    // The dialogue of PAOS
    Variant{"initialize-framework", "", "InitializeFramework vor allem anderen", "InitializeFramework before anything else",
            [](LabOptions& o) { o.request.initializeFramework = true; }},
    Variant{"did-list", "", "fragt mit DIDList nach der PIN", "asks for the PIN by DIDList", [](LabOptions& o) { o.request.didList = true; }},
    Variant{"sign-later", "", "EAC2 ohne Signatur, sie kommt mit EACAdditional", "EAC2 without signature, which comes with EACAdditional",
            [](LabOptions& o) { o.request.signLater = true; }},
    Variant{"disconnect", "", "Disconnect am Ende", "Disconnect at the end", [](LabOptions& o) { o.request.disconnect = true; }},
    Variant{"apdus-singly", "", "nur eine APDU in jedem Transmit", "only one APDU in each Transmit", [](LabOptions& o) { o.request.reading.singly = true; }},
    Variant{"status-first-byte", "status", "AcceptableStatusCode mit nur einem Byte", "AcceptableStatusCode of one byte only",
            [](LabOptions& o) { o.request.reading.codes = StatusCodes::FirstByte; }},
    Variant{"status-none", "status", "kein AcceptableStatusCode", "no AcceptableStatusCode", [](LabOptions& o) { o.request.reading.codes = StatusCodes::None; }},

    // How its messages are written
    Variant{"paos-202", "", "PAOS-Antworten mit dem HTTP-Status 202", "answers of PAOS with the HTTP status 202", [](LabOptions& o) { o.paos.status = 202; }},
    Variant{"paos-chunked", "", "PAOS-Antworten in HTTP-Stücken (chunked)", "answers of PAOS in HTTP chunks", [](LabOptions& o) { o.paos.chunked = true; }},
    Variant{"paos-prefixes", "", "ungewohnte XML-Präfixe", "unusual XML prefixes", [](LabOptions& o) { o.paos.oddPrefixes = true; }},
    Variant{"paos-white-space", "", "Leerraum um jedes Element und jeden Wert", "white space around each element and value",
            [](LabOptions& o) { o.paos.whiteSpace = true; }},
};

} // namespace

std::span<const Variant> variants() { return all; }

tl::expected<void, std::string> apply(std::span<const std::string> names, LabOptions& options)
{
    std::vector<std::string_view> groups;
    for (const auto& name : names)
    {
        const auto* variant = std::ranges::find(all, name, &Variant::name);
        if (variant == all.end()) return tl::unexpected("the lab has no variant '" + name + "'");
        if (!variant->group.empty() && std::ranges::find(groups, variant->group) != groups.end())
            return tl::unexpected("the variant '" + name + "' cannot be combined with another one that was chosen");
        groups.push_back(variant->group);
        variant->apply(options);
    }
    return {};
}

} // namespace eidkern::lab
