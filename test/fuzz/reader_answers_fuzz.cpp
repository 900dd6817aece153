// libFuzzer: any bytes as what a reader's driver answers: features, properties, capabilities, and the output of PACE at the pad.
#include <algorithm>

#include "card/pcsc/execute_pace.h"
#include "card/pcsc/features.h"
#include "fuzz.h"

using namespace eidkern;
using namespace eidkern::card;
using test::must;

namespace
{

void mustBeUsable(const PaceOutput& output)
{
    must(output.idPicc.size() <= 66);
    for (const auto& car : {output.car, output.carPrevious}) must(car.size() <= 16 && std::ranges::all_of(car, [](char c) { return c >= ' ' && c <= '~'; }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView answer(data, size);
    const auto features = parseFeatures(answer);
    must(size >= 6 || features == Features());
    must(size >= 6 || !parseMaxApduDataSize(answer));
    (void)execute_pace::parseCapabilities(answer);
    const bool done = execute_pace::isDone(answer);
    for (const auto password : {PasswordId::Can, PasswordId::Pin, PasswordId::Puk})
        for (const bool withChat : {false, true})
        {
            const auto output = execute_pace::parseEstablished(answer, password, withChat);
            must(!output || done);
            if (output) mustBeUsable(*output);
            if (output && withChat) must(!output->idPicc.empty());
        }
    return 0;
}
