/** The words of pet names: short, plain, and harmless in any order. */
const list = (words: string): readonly string[] => words.trim().split(/\s+/);

export const ADVERBS = list(`
  always boldly bravely brightly calmly carefully cheerfully clearly cleverly curiously daily deeply eagerly early easily
  evenly fairly finely firmly fondly freely freshly fully gently gladly happily honestly joyfully keenly kindly lately
  lightly lively loudly lovingly luckily merrily mildly naturally nearly neatly nicely nightly nobly now often openly
  patiently plainly playfully politely proudly quickly quietly rarely readily really richly roundly seldom sharply
  silently simply slowly smartly smoothly softly soon soundly steadily strongly sunnily surely sweetly swiftly tenderly
  tidily truly utterly vividly warmly well wholly wildly wisely wonderfully yearly
`);

export const ADJECTIVES = list(`
  able agile amber ancient autumn blue bold brave bright brisk bronze busy calm candid careful cheerful clever copper
  cosy crimson crisp curious daring dapper early eager easy elegant emerald fabled fair fancy fearless fluffy fond frank
  fresh gentle glad golden graceful grand grateful green happy hardy hearty helpful hidden honest humble indigo ivory
  jaunty jolly joyful keen kind lanky large light little lively loyal lucky lunar mellow merry mighty mild misty modest
  neat nimble noble northern olive orange patient plain playful polite proud purple quick quiet rapid ready red round
  royal rustic scarlet serene shiny shy silent silver sleek small smart smooth snowy solar solid southern spry steady
  stout striped sturdy sunny sure swift tall tame tawny tender thrifty tidy tiny trusty umber upbeat velvet violet vivid
  warm western white wild winter wise witty wooden young zesty
`);

export const ANIMALS = list(`
  aardvark albatross alpaca anchovy antelope armadillo axolotl badger barracuda bat beaver bee bison blackbird bluejay
  bobcat buffalo bullfinch butterfly buzzard camel canary capybara caribou carp cat catfish chaffinch cheetah chickadee
  chinchilla chipmunk clownfish cockatoo condor coral cormorant cougar coyote crab crane cricket crow cuckoo curlew deer
  dingo dog dolphin donkey dormouse dove dragonfly duck eagle echidna eel egret eider elephant elk emu ermine falcon
  ferret finch firefly flamingo fox frog gazelle gecko gerbil gibbon giraffe gnu goat goldfinch goose gopher grouse
  gull guppy haddock hamster hare harrier hawk hedgehog heron herring hippo hoopoe hornbill horse hummingbird ibex ibis
  iguana impala jackal jackdaw jaguar jay jellyfish kangaroo kestrel kingfisher kite kiwi koala kookaburra ladybird
  lapwing lark lemming lemur leopard lion lizard llama lobster lynx macaw magpie mallard manatee marmot marten meerkat
  mink mole mongoose monkey moose moth mouse mule narwhal newt nightingale numbat ocelot octopus okapi opossum orca oriole
  oryx osprey ostrich otter owl oyster panda pangolin panther parrot partridge peacock pelican penguin perch pheasant
  pigeon pika pipit platypus plover pony porcupine porpoise puffin puma quail quokka quoll rabbit raccoon raven ray
  reindeer rhino robin rook salamander salmon sandpiper seahorse seal serval shark sheep shrew shrimp skink skylark sloth
  snail snipe sparrow spoonbill squid squirrel starfish starling stingray stork sturgeon swallow swan swift tamarin
  tapir tern thrush tiger tortoise toucan trout tuna turkey turtle vole wallaby walrus warbler weasel whale wigeon wolf
  wombat woodpecker wren yak zebra
`);
