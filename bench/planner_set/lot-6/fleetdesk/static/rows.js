window.FD = {
  vehicles: [
    ["KX19 ABD", "Ford Transit", "Leeds", "Marcus Webb", 84210, "Active"], ["LN70 GHT", "VW Crafter", "Hull", "Anya Petrova", 41870, "Active"],
    ["YD21 OPK", "Mercedes Sprinter", "York", "Tom Haigh", 38955, "Workshop"], ["KP18 RRE", "Ford Transit", "Leeds", "Olivia Webb", 112430, "Active"],
    ["BV22 LMN", "Renault Master", "Sheffield", "Idris Khan", 27600, "Active"], ["WX20 TTY", "Iveco Daily", "Hull", "", 66320, "Workshop"],
    ["DN69 QWA", "VW Crafter", "York", "Carla Mendes", 73015, "Active"], ["FJ23 HHB", "Ford E-Transit", "Leeds", "Piotr Zielinski", 9120, "Active"],
    ["MT19 VCX", "Mercedes Sprinter", "Sheffield", "", 98770, "Retired"], ["KR21 JKL", "Renault Master", "Leeds", "Grace Liu", 35540, "Workshop"],
    ["PO68 SDF", "Iveco Daily", "York", "Ben Carter", 120985, "Active"], ["LS22 BNM", "Ford E-Transit", "Hull", "Sade Balogun", 15240, "Active"],
    ["YK17 ZXC", "Ford Transit", "Leeds", "", 156300, "Retired"], ["EA20 FGH", "VW Crafter", "Sheffield", "Liam Doyle", 52140, "Active"]
  ],
  drivers: [
    ["Anya Petrova", "C1", "30 Sep 2027", "Active"], ["Ben Carter", "B", "12 Jan 2028", "Active"], ["Carla Mendes", "C1", "4 Jun 2027", "Active"],
    ["Grace Liu", "B", "19 Nov 2029", "Active"], ["Idris Khan", "C", "8 Aug 2028", "Active"], ["Liam Doyle", "B", "27 Feb 2030", "Suspended"],
    ["Marcus Webb", "C1", "15 May 2027", "Active"], ["Olivia Webb", "B", "3 Mar 2029", "Active"], ["Piotr Zielinski", "C", "21 Oct 2028", "Active"],
    ["Sade Balogun", "B", "9 Jul 2030", "Active"], ["Tom Haigh", "C1", "1 Dec 2026", "Active"]
  ],
  users: [
    ["m.okonkwo", "Mary Okonkwo", "Administrator"], ["d.firth", "Dan Firth", "Dispatcher"], ["s.iqbal", "Saira Iqbal", "Dispatcher"],
    ["j.holt", "Jim Holt", "Viewer"], ["e.vance", "Elly Vance", "Workshop"]
  ],
  history: {
    "KX19 ABD": [["2 Mar", "Dan Firth", "Tyres changed"], ["14 Feb", "Elly Vance", "Service done at 82,900 miles"], ["3 Jan", "Saira Iqbal", "Driver set to Marcus Webb"]],
    "KP18 RRE": [["11 Mar", "Elly Vance", "Brake pads replaced"], ["20 Feb", "Dan Firth", "Depot changed from Hull to Leeds"], ["9 Feb", "Jim Holt", "Insurance renewed"]]
  }
};
