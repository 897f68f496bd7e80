package main

// wallpapers is a package of Debian and the photographs in it. All that it has of
// other kinds, such as paintings and patterns, is left out.
type wallpapers struct {
	pkg    string
	side   side
	photos []photo
}

// photo is one file of a package.
type photo struct{ name, member, sha256, licence string }

// backgrounds of Debian 12; another release that has other files is refused.
var backgrounds = []wallpapers{
	{"lomiri-wallpapers-16.04", forTraining, []photo{
		{"Bridge_by_Sander_Klootwijk.jpg", "usr/share/backgrounds/Bridge_by_Sander_Klootwijk.jpg", "bd86b081f9975e2b83527f71e49b9271a8ab40885428395969d9f7d834d7f050", "CC-BY-SA-4.0"},
		{"Dragonfly_by_Bolly.jpg", "usr/share/backgrounds/Dragonfly_by_Bolly.jpg", "af5af17841009732def24b09bb1e669a1b09d2b4bdeee7812c371101c30d2bb3", "CC-BY-SA-4.0"},
		{"Picture_0B_by_freespace.jpg", "usr/share/backgrounds/Picture_0B_by_freespace.jpg", "c8c0ab18e48d9e0419fe42881112137f3afafc27dfddc29ec3a6d54c56d225ad", "CC-BY-4.0"},
		{"Picture_1A_by_freespace.jpg", "usr/share/backgrounds/Picture_1A_by_freespace.jpg", "89e86af38d04daaef975665dc2127e9fa76f0fd68f4eea105a2d0ae3390b010b", "CC-BY-4.0"},
		{"Wine_by_Jakkub_Mede.jpg", "usr/share/backgrounds/Wine_by_Jakkub_Mede.jpg", "d2e96e6d4da40dd804b3d0ce295e94de04a2d7d9b6785d42cd9d92ba58bced74", "CC-BY-4.0"},
		{"aitzgorri_by_Aitzol_Berasategi.jpg", "usr/share/backgrounds/aitzgorri_by_Aitzol_Berasategi.jpg", "66268e7b48f8854d36a28765fac6e23ec1aee251daa6da1f64715f201020ad36", "CC-BY-4.0"},
		{"free_by_Peter_Nerlich.jpg", "usr/share/backgrounds/free_by_Peter_Nerlich.jpg", "85a5453c2fed514c75973016f3d862aca62eb7ca087618822469274ac1092373", "CC-BY-SA-4.0"},
		{"friends_by_Aitzol_Berasategi.jpg", "usr/share/backgrounds/friends_by_Aitzol_Berasategi.jpg", "cc40e313c74e421edffe3403def413c16878ce14661cce7ec5915baeab35538d", "CC-BY-4.0"},
		{"greentock_by_Peter_Nerlich.jpg", "usr/share/backgrounds/greentock_by_Peter_Nerlich.jpg", "e7b20e2db9dcd6e2b278ca55873c2110b35d89cd38b04d0b18728726888e6889", "CC-BY-SA-4.0"},
		{"life_by_Aitzol_Berasategi.jpg", "usr/share/backgrounds/life_by_Aitzol_Berasategi.jpg", "4c119350ead80201fe256850c3d316309ddfb4bdf10b235ce982dcde0c667c05", "CC-BY-4.0"},
		{"picosdeeuropa_by_Aitzol_Berasategi.jpg", "usr/share/backgrounds/picosdeeuropa_by_Aitzol_Berasategi.jpg", "414d0072b2f6f2c555deafeaef6e45c4fed6fa9ad26eba6560ca8803959cf97a", "CC-BY-4.0"},
		{"seeding_by_Clements_Engelhardt.jpg", "usr/share/backgrounds/seeding_by_Clements_Engelhardt.jpg", "a5634d1ab5e41a3568e92d4a894a500c92b891f9ff734e50bd224d6e185a605f", "CC0-1.0"},
		{"sunset_by_Aitzol_Berasategi.jpg", "usr/share/backgrounds/sunset_by_Aitzol_Berasategi.jpg", "474dab6a4b9f94dc76c29dfe30e9f5db4af0fd2e33fe5d695f8152b371efca18", "CC-BY-4.0"},
	}},
	{"lomiri-wallpapers-20.04", forTraining, []photo{
		{"Infinite-Sea_by_Aury88.jpg", "usr/share/backgrounds/Infinite-Sea_by_Aury88.jpg", "9319dfb3651833881339a8d9b769b99efaf474969e6cd58e427eb2524aca8e8a", "CC-BY-SA-3.0"},
		{"Kleiber_by_Lukas_Baubkus.jpg", "usr/share/backgrounds/Kleiber_by_Lukas_Baubkus.jpg", "6572410c09f4492c74ccadde133565a14c0161617d5917d4c820c66d65a44ba7", "CC-BY-SA-3.0"},
	}},
	{"mate-backgrounds", forTraining, []photo{
		{"Aqua.jpg", "usr/share/backgrounds/mate/nature/Aqua.jpg", "5c30118205982da441bf7e6a1ada636a8a0be879408140b3148280c665ed6bce", "GPL-2.0-or-later"},
		{"Blinds.jpg", "usr/share/backgrounds/mate/nature/Blinds.jpg", "f7aac0dcc2e06d0491643e84df3da1d9db7c4610f58806a880d56e074799f600", "GPL-2.0-or-later"},
		{"Dune.jpg", "usr/share/backgrounds/mate/nature/Dune.jpg", "8a67c2cb0be8c46b70c237311a4fa4d2b4ac7d39568135384787801fa5cc9a91", "GPL-2.0-or-later"},
		{"FreshFlower.jpg", "usr/share/backgrounds/mate/nature/FreshFlower.jpg", "972b0a0c4e5e3fa93f4f244fc84bc64b121a5eac3aaa5856f1308c1f38a02f8e", "GPL-2.0-or-later"},
		{"Garden.jpg", "usr/share/backgrounds/mate/nature/Garden.jpg", "d3095ee09d425ef23d27155412136cf14fc3c9af76ca58b452f55e23da324e78", "GPL-2.0-or-later"},
		{"GreenMeadow.jpg", "usr/share/backgrounds/mate/nature/GreenMeadow.jpg", "8fa0de0aa4089f7319c9fb7a6d006d4cab6023e8c8853731557cff53567b4832", "GPL-2.0-or-later"},
		{"LadyBird.jpg", "usr/share/backgrounds/mate/nature/LadyBird.jpg", "e35a9a4126ef969c90b29c038058c5a575a20eadd84106a37bf1fa9931e7b61d", "GPL-2.0-or-later"},
		{"RainDrops.jpg", "usr/share/backgrounds/mate/nature/RainDrops.jpg", "3e4ea9671c28c90a86cf67b3db9daf18c4741587c596333a7529ca589aaa0c16", "GPL-2.0-or-later"},
		{"Storm.jpg", "usr/share/backgrounds/mate/nature/Storm.jpg", "77ca53077831d3237f73393a91fc879158abc046d852941c26e90de336356957", "GPL-2.0-or-later"},
		{"TwoWings.jpg", "usr/share/backgrounds/mate/nature/TwoWings.jpg", "665e5abf8a5399070a91a9a8e455fe071e5b61697ff78fdeda4e9843ef545aeb", "GPL-2.0-or-later"},
		{"Wood.jpg", "usr/share/backgrounds/mate/nature/Wood.jpg", "19c78500ac00a622e19907ab9cc7d06d46fe08c4a6142759a84195696150ec07", "GPL-2.0-or-later"},
		{"YellowFlower.jpg", "usr/share/backgrounds/mate/nature/YellowFlower.jpg", "254da96256acb7add685679775a04d1e4a5bc8cd13e5a5a3d61351ce198a5306", "GPL-2.0-or-later"},
	}},
	{"plasma-workspace-wallpapers", forTesting, []photo{
		{"BytheWater.jpg", "usr/share/wallpapers/BytheWater/contents/images/2560x1600.jpg", "c272434ef39f2abf1ed48a15a8910088020f3165329a5092f3940ec9464bc05f", "GPL-2.0-or-later"},
		{"ColdRipple.jpg", "usr/share/wallpapers/ColdRipple/contents/images/2560x1600.jpg", "05bef6722fc0ed81292cceb3ed026c38d17e510f3c84be7d68610c2b1a723c3f", "GPL-2.0-or-later"},
		{"ColorfulCups.jpg", "usr/share/wallpapers/ColorfulCups/contents/images/2560x1600.jpg", "6e0f3a72feb5a4a9fec191b77e34874c3c69e2d93040deb3f07773e73385023d", "GPL-2.0-or-later"},
		{"DarkestHour.jpg", "usr/share/wallpapers/DarkestHour/contents/images/2560x1600.jpg", "8e3703fae3a3c217b1fc2b399b706cd3720584268d071ba153e4809daa55f1ce", "GPL-2.0-or-later"},
		{"EveningGlow.jpg", "usr/share/wallpapers/EveningGlow/contents/images/2560x1600.jpg", "586682dcb362b9f620068f10138f87d0d3649939aef238adc5807cb951976a7a", "GPL-2.0-or-later"},
		{"FallenLeaf.jpg", "usr/share/wallpapers/FallenLeaf/contents/images/2560x1600.jpg", "95603a6560c7e8d50e0e03b3f4adbe39c5258c72528e74e4ecaea1daf4e499de", "GPL-2.0-or-later"},
		{"Grey.jpg", "usr/share/wallpapers/Grey/contents/images/2560x1600.jpg", "88c31d8944b7e6935d1b9a296654c692f0772cb512491713eb30a972a604c0ed", "GPL-2.0-or-later"},
		{"Kite.jpg", "usr/share/wallpapers/Kite/contents/images/2560x1600.jpg", "bdca288ce296a981e80659c021cf707caddc702c0c8d4247e60bd618476d47f8", "GPL-2.0-or-later"},
		{"OneStandsOut.jpg", "usr/share/wallpapers/OneStandsOut/contents/images/2560x1600.jpg", "cb507baf1dafdcae362264f3aba9483ed4be5f6c9fdd770f0ec0920c6d9e80fd", "GPL-2.0-or-later"},
		{"Path.jpg", "usr/share/wallpapers/Path/contents/images/2560x1600.jpg", "7477457d7f17b736259f1b021864778ad4ba802cf3214e6728181ff29126bba8", "GPL-2.0-or-later"},
		{"summer_1am.jpg", "usr/share/wallpapers/summer_1am/contents/images/2560x1600.jpg", "c868b50789591dd42910153c768053f1ba0a98cb36bbfc2b7a96a1045d0477f8", "GPL-2.0-or-later"},
	}},
}
