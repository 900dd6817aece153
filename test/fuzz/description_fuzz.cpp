// libFuzzer: any bytes as CertificateDescription.
#include "core/certificate_description.h"
#include "fuzz.h"

using namespace eidkern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::again(ByteView(data, size), parseCertificateDescription, [](const CertificateDescription& description) { return encode(description); });
    return 0;
}
