// The lab's test PKI: CVCA -> DV -> AT on brainpoolP256r1, the CertificateDescription, and the TLS keys of eService (EC) and
// eID-Server (RSA: RSA-PSK needs key transport). Everything in it is for tests; no card of a real person trusts it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/cvc.h"
#include "core/random.h"
#include "lab/tls_pki.h"

namespace eidkern::lab
{

struct LabPki
{
    EcKey cvcaKey, dvKey, atKey;
    CvCertificate cvca, dv;
    CvCertificate at = {};     // `whole` is empty until issueTerminal()
    Bytes description = {};    // DER of the CertificateDescription whose hash `at` holds
    TlsKey eServiceKey, eidServerKey;
    TlsCertificate eServiceCertificate, eidServerCertificate;
    std::vector<Bytes> trustedCscas = {}; // DER certificates under which document signers of cards are believed

    // For cards that still trust an older CVCA: that one, and the link certificate in which it hands over to `cvca`.
    std::optional<CvCertificate> formerCvca = {}, link = {};
    void addFormerCvca(Random& random, Date today); // for the life of the process: save() leaves it out

    // CVCA for three years, DV for 90 days from `today`; TLS certificates for 90 days from now by the system's clock.
    static LabPki fresh(Random& random, Date today);

    // The files are listed in pki_files.cpp. The error is a sentence for people: which file, and what to do about it.
    static tl::expected<LabPki, std::string> load(const std::filesystem::path& directory, Date today);
    tl::expected<void, std::string> save(const std::filesystem::path& directory) const; // keys with mode 0600

    // The description names the eService's origin ("https://127.0.0.1:4711"), so the AT comes last. One that still says the
    // same and is valid today stays. Valid from yesterday for 30 days.
    void issueTerminal(const std::string& origin, Rights rights, Date today);
};

} // namespace eidkern::lab
