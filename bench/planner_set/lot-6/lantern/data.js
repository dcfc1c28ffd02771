export const PEOPLE = [
 {
  "name": "Ines Duarte",
  "team": "Support",
  "mail": "ines@lantern.test"
 },
 {
  "name": "Priya Nair",
  "team": "Engineering",
  "mail": "priya@lantern.test"
 },
 {
  "name": "Jonas Weill",
  "team": "Engineering",
  "mail": "jonas@lantern.test"
 },
 {
  "name": "Sofia Rossi",
  "team": "Design",
  "mail": "sofia@lantern.test"
 },
 {
  "name": "Tariq Aziz",
  "team": "Support",
  "mail": "tariq@lantern.test"
 },
 {
  "name": "Bea Novak",
  "team": "Design",
  "mail": "bea@lantern.test"
 },
 {
  "name": "Callum Reid",
  "team": "Engineering",
  "mail": "callum@lantern.test"
 },
 {
  "name": "Yuki Mori",
  "team": "Design",
  "mail": "yuki@lantern.test"
 }
];
export const ISSUES = [
 {
  "key": "LAN-140",
  "title": "Keyboard shortcut for archive",
  "priority": "Low",
  "status": "Backlog",
  "who": "Callum Reid",
  "talk": []
 },
 {
  "key": "LAN-139",
  "title": "Avatar upload fails above 2 MB",
  "priority": "High",
  "status": "In progress",
  "who": "Jonas Weill",
  "talk": []
 },
 {
  "key": "LAN-138",
  "title": "Login loop after password reset",
  "priority": "Critical",
  "status": "In progress",
  "who": "Priya Nair",
  "talk": []
 },
 {
  "key": "LAN-137",
  "title": "Typo in invoice footer",
  "priority": "Low",
  "status": "Done",
  "who": "Bea Novak",
  "talk": []
 },
 {
  "key": "LAN-136",
  "title": "Slow search with more than 10k issues",
  "priority": "High",
  "status": "Backlog",
  "who": "Jonas Weill",
  "talk": []
 },
 {
  "key": "LAN-135",
  "title": "Dark mode for the editor",
  "priority": "Normal",
  "status": "In review",
  "who": "Yuki Mori",
  "talk": []
 },
 {
  "key": "LAN-134",
  "title": "Data loss when two people edit",
  "priority": "Critical",
  "status": "In review",
  "who": "Callum Reid",
  "talk": []
 },
 {
  "key": "LAN-133",
  "title": "Add Portuguese translation",
  "priority": "Normal",
  "status": "Backlog",
  "who": "Sofia Rossi",
  "talk": []
 },
 {
  "key": "LAN-132",
  "title": "Webhook sends twice",
  "priority": "High",
  "status": "Done",
  "who": "Priya Nair",
  "talk": []
 },
 {
  "key": "LAN-131",
  "title": "Printer layout cuts the last column",
  "priority": "Normal",
  "status": "In progress",
  "who": "Bea Novak",
  "talk": [
   [
    "Ines Duarte",
    "A customer in Porto reported it."
   ],
   [
    "Bea Novak",
    "I can see it too."
   ]
  ],
  "text": "In the printed list the column \"Assignee\" is cut off. Chrome and Firefox."
 },
 {
  "key": "LAN-130",
  "title": "Empty state for new projects",
  "priority": "Low",
  "status": "In review",
  "who": "Sofia Rossi",
  "talk": []
 },
 {
  "key": "LAN-129",
  "title": "CSV import ignores the time zone",
  "priority": "High",
  "status": "In progress",
  "who": "Callum Reid",
  "talk": []
 },
 {
  "key": "LAN-128",
  "title": "Tooltip hidden behind the dialog",
  "priority": "Low",
  "status": "Done",
  "who": "Yuki Mori",
  "talk": []
 },
 {
  "key": "LAN-127",
  "title": "Payment page unreachable",
  "priority": "Critical",
  "status": "Done",
  "who": "Jonas Weill",
  "talk": []
 },
 {
  "key": "LAN-126",
  "title": "Mention list shows people who left",
  "priority": "Normal",
  "status": "Backlog",
  "who": "Priya Nair",
  "talk": []
 },
 {
  "key": "LAN-125",
  "title": "Rate limit on the API",
  "priority": "Normal",
  "status": "In review",
  "who": "Callum Reid",
  "talk": []
 },
 {
  "key": "LAN-124",
  "title": "Onboarding tour step 3 is blank",
  "priority": "High",
  "status": "In progress",
  "who": "Yuki Mori",
  "talk": []
 },
 {
  "key": "LAN-123",
  "title": "Rename \"Stories\" to \"Epics\"",
  "priority": "Low",
  "status": "Backlog",
  "who": "Bea Novak",
  "talk": []
 },
 {
  "key": "LAN-122",
  "title": "Session ends after five minutes",
  "priority": "High",
  "status": "Done",
  "who": "Priya Nair",
  "talk": []
 },
 {
  "key": "LAN-121",
  "title": "Backup job has not run since Friday",
  "priority": "Critical",
  "status": "Backlog",
  "who": "Tariq Aziz",
  "talk": []
 },
 {
  "key": "LAN-120",
  "title": "Dates in US format for UK users",
  "priority": "Normal",
  "status": "Done",
  "who": "Jonas Weill",
  "talk": []
 },
 {
  "key": "LAN-119",
  "title": "Bulk edit of labels",
  "priority": "Normal",
  "status": "Backlog",
  "who": "Sofia Rossi",
  "talk": []
 },
 {
  "key": "LAN-118",
  "title": "Attachment preview for PDF",
  "priority": "Normal",
  "status": "In review",
  "who": "Tariq Aziz",
  "talk": [
   [
    "Tariq Aziz",
    "First version is ready."
   ]
  ],
  "text": "Show the first page of a PDF in the issue.",
  "due": "14 May 2027",
  "by": "Sofia Rossi"
 },
 {
  "key": "LAN-117",
  "title": "Unsubscribe link is broken",
  "priority": "High",
  "status": "Done",
  "who": "Callum Reid",
  "talk": []
 }
];
