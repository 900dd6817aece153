// The lab's test PKI: CVCA -> DV -> AT on brainpoolP256r1, the CertificateDescription, and the TLS keys of eService (EC) and
// eID-Server (RSA: RSA-PSK needs key transport). Everything in it is for tests; no card of a real person trusts it.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/certificate_description.h"
#include "core/cvc.h"
#include "core/random.h"
#include "core/rsa_cv_key.h"
#include "lab/tls_pki.h"

namespace eidkern::lab
{

struct RsaChain
{
    RsaCvKey cvca, dv, at;
};

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
    void addFormerCvca(Random& random, Date today); // for the life of the process

    // CV certificates with RSA keys instead of those above, with SHA-256. For the life of the process; not with a former CVCA.
    std::shared_ptr<const RsaChain> rsa = {};
    void useRsa(RsaPadding padding, Date today);

    DescriptionFormat descriptionFormat = DescriptionFormat::Plain;
    std::optional<EcKey> sectorKey = {}; // cards make their pseudonyms for it; announced in `at` with the right to read them
    Bytes sectorKeyObject() const;       // the content of its public key object 7F49

    Bytes signTerminal(ByteView message) const; // with the key of `at`

    // CVCA for three years, DV for 90 days from `today`; TLS certificates for 90 days from now by the system's clock.
    static LabPki fresh(Random& random, Date today);

    // The files are listed in pki_files.cpp. The error is a sentence for people: which file, and what to do about it.
    static tl::expected<LabPki, std::string> load(const std::filesystem::path& directory, Date today);
    tl::expected<void, std::string> save(const std::filesystem::path& directory) const; // keys with mode 0600

    static std::string cvcaFile(bool rsa) { return rsa ? "cvca-rsa.cvcert" : "cvca.cvcert"; } // in the directory

    // The former CVCA and that of the RSA chain are only written, as trust points for clients and cards: "cvca-former.cvcert",
    // "cvca-rsa.cvcert". Their keys are not kept, the next lab has others.

    // The description names the eService's origin ("https://127.0.0.1:4711"), so the AT comes last. One that still says the
    // same and is valid today stays. Valid from yesterday for 30 days.
    void issueTerminal(const std::string& origin, Rights rights, Date today);
};

} // namespace eidkern::lab
