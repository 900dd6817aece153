#include "card/pcsc/reader_properties.h"

namespace eidkern::card
{

ReaderFeatures featuresOf(const ReaderProperties& said)
{
    return {.pace = said.takesPasswords(),
            .paceEnds = said.takesPasswords() && said.pace.destroy,
            .qes = said.takesPasswords() && said.pace.qes,
            .verifyPin = said.features.verifyPin != 0,
            .modifyPin = said.features.modifyPin != 0,
            .extendedLength = said.extendedLength};
}

} // namespace eidkern::card
